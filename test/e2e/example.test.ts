import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CallbackServer } from '../../examples/callback-server.js';
import { defineTool } from '../../src/platform/mcp/define.js';
import { startApp } from '../support/app/app.js';
import { freePort, SERVICE_TOKEN } from '../support/app/port.js';
import { startExample, type TestServer } from '../support/programs/server.js';

const run = promisify(execFile);
const EXAMPLE = join(import.meta.dirname, '../../examples/connect-with-client.ts');
let server: TestServer;
beforeAll(async () => {
  server = await startExample();
});
afterAll(() => server.stop());

const example = (args: string[], environment: Record<string, string> = {}, address = server.mcpUrl) =>
  run(process.execPath, ['--import', 'tsx', EXAMPLE, address, ...args], {
    env: { PATH: process.env['PATH'], ...environment },
  });

it('signs in, refreshes, lists and calls', async () => {
  const { stdout } = await example(['--headless', 'alice', 'password123']);
  expect(stdout).toContain(`Sign in here: ${server.url}/authorize?`);
  expect(stdout).toContain('Signed in, and refreshed the access token (scope: read orders:write)');
  expect(stdout).toContain('MCP 2026-07-28');
  expect(stdout).toContain('get_product_info');
  expect(stdout).toContain('"id":"alice"');
  expect(stdout).toMatch(/\nroll_dice\n +\S/);
  expect(stdout).toMatch(/get_order_status +needs order_id\n/);
  expect(stdout).toMatch(/company-info\n +\S/);
  expect(stdout).toMatch(/customer_service_guidelines\n +\S/);
});

it('never calls a tool that may change something, and completes without any content', async () => {
  const called: string[] = [];
  const tool = (name: string, annotations: object) =>
    defineTool({
      name,
      title: name,
      description: name,
      annotations,
      scopes: ['notes:read'],
      handler: () => {
        called.push(name);
        return name;
      },
    });
  const tools = [
    tool('reads', { readOnlyHint: true }),
    tool('writes', { readOnlyHint: false }),
    tool('silent', {}),
  ];
  const app = await startApp({ tools });
  const { stdout } = await example([], { MCP_AUTH_TOKEN: SERVICE_TOKEN }, app.mcpUrl);
  expect(called).toEqual(['reads']);
  expect(stdout).toMatch(/writes +may change something\n/);
  await app.stop();
  const empty = await startApp({});
  expect((await example([], { MCP_AUTH_TOKEN: SERVICE_TOKEN }, empty.mcpUrl)).stdout).toMatch(
    /^Connected to .+\n$/,
  );
  await empty.stop();
});

it('does not sign in where nobody has to', async () => {
  const app = await startApp({}, { AUTH_MODE: 'none' });
  expect((await example([], {}, app.mcpUrl)).stdout).toMatch(/^Connected to /);
  await app.stop();
});

it('explains itself', async () => {
  const { stdout } = await example(['--help']);
  expect(stdout).toContain('npm run example -- --headless USER PASSWORD');
  expect(stdout).not.toContain('Connected');
});

it.each([
  [['--port', '1'], "Unknown option '--port'. See: npm run example -- --help\n"],
  [['--headless', 'alice'], '--headless takes a user name and a password. See: npm run example -- --help\n'],
  [['alice'], '"alice" is not an address. See: npm run example -- --help\n'],
])('refuses %j in one line', async (args, stderr) => {
  expect(await example(args).catch((error) => error)).toMatchObject({ code: 1, stderr, stdout: '' });
});

it('uses the static token when there is one', async () => {
  const { stdout } = await example([], { MCP_AUTH_TOKEN: SERVICE_TOKEN });
  expect(stdout).toContain('"kind":"service"');
});

it('says in one line what went wrong', async () => {
  const failure = await example(['--headless', 'alice', 'wrong']).catch((error) => error);
  expect(failure).toMatchObject({
    code: 1,
    stderr: 'Sign-in failed: The user name or the password is wrong.\n',
  });
});

it('says that no server is running', async () => {
  const nowhere = `http://localhost:${await freePort()}/mcp`;
  expect(await example([], {}, nowhere).catch((error) => error)).toMatchObject({
    code: 1,
    stderr: `Nothing answers at ${nowhere}. Start the server first, or name its address.\n`,
  });
});

it('is not misled by an answer to another sign-in', async () => {
  const callback = await CallbackServer.start();
  const answer = callback.answer('ours');
  expect((await fetch(`${callback.url}?code=stolen&state=theirs`)).status).toBe(404);
  expect((await fetch(`${callback.url}?code=good&state=ours`)).status).toBe(200);
  expect((await answer).get('code')).toBe('good');
  callback.close();
});
