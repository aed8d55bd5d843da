import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, SERVICE_TOKEN } from '../support/app/port.js';
import { endWithTests } from '../support/programs/processes.js';

const STAND_IN = join(import.meta.dirname, 'tunnel-stand-in.ts');
const ADDRESS = 'https://quiet-river.ngrok.example';
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcp-tunnel-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function start(
  args: string[],
  environment: Record<string, string>,
): { child: ChildProcess; output: () => string } {
  const tsx = import.meta.resolve('tsx');
  const child = endWithTests(
    spawn(process.execPath, ['--import', tsx, STAND_IN, ...args], {
      cwd: directory,
      env: { PATH: process.env['PATH'], LOG_LEVEL: 'silent', ...environment },
    }),
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  return { child, output: () => output };
}

/** Reads the server's metadata under the host name of the tunnel. */
function discover(port: number): Promise<Record<string, unknown>> {
  const path = '/.well-known/oauth-authorization-server';
  return new Promise((resolve, reject) => {
    request({ port, path, headers: { Host: new URL(ADDRESS).host } }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve(JSON.parse(body)));
    })
      .on('error', reject)
      .end();
  });
}

describe('npm run tunnel', () => {
  it.each([
    ['through ngrok', [], { NGROK_AUTHTOKEN: 'a-token', TUNNEL_URL: ADDRESS }],
    ['through a tunnel that runs already', ['--url', ADDRESS], {}],
  ])(
    'starts the server under the public address, %s',
    async (_name, args, environment: Record<string, string>) => {
      const port = await freePort();
      const { child, output } = start(args, {
        PORT: String(port),
        MCP_AUTH_TOKEN: SERVICE_TOKEN,
        ...environment,
      });
      const exited = once(child, 'exit');
      await expect.poll(output, { timeout: 50_000 }).toContain('Ctrl+C');
      expect(await discover(port)).toMatchObject({
        issuer: ADDRESS,
        authorization_endpoint: `${ADDRESS}/authorize`,
      });
      expect(output()).toContain(`Paste into Connext   ${ADDRESS}/mcp`);
      expect(output()).toContain(`Paste into Nexus     ${ADDRESS}/mcp`);
      expect(output()).toMatch(/WARNING +Demo users/);
      expect(output().includes(`tunnel to ${port} with a-token`)).toBe(args.length === 0);
      child.kill('SIGTERM');
      expect(await exited).toEqual([0, null]);
    },
  );

  it.each([
    ['without a token', {}, /^The server cannot start: Set NGROK_AUTHTOKEN in \.env .*--url/],
    [
      'when the tunnel fails',
      { NGROK_AUTHTOKEN: 'wrong' },
      /could not be opened: ERR_NGROK_105: invalid token\. Check/,
    ],
  ])('%s, it says what to do in one line', async (_name, environment: Record<string, string>, expected) => {
    const { child, output } = start([], { PORT: String(await freePort()), ...environment });
    expect(await once(child, 'exit')).toEqual([1, null]);
    const lines = output()
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('tunnel to'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(expected);
  });

  it('applies limits to each visitor, by the address that the tunnel saw', async () => {
    const port = await freePort();
    const scale = { RATE_LIMIT_SCALE: '0.01', MCP_AUTH_TOKEN: SERVICE_TOKEN };
    const { child, output } = start(['--url', ADDRESS], { PORT: String(port), ...scale });
    const exited = once(child, 'exit');
    await expect.poll(output, { timeout: 50_000 }).toContain('Ctrl+C');
    const register = async (visitor: string, name: string) => {
      const headers = { 'Content-Type': 'application/json', 'X-Forwarded-For': visitor };
      const body = JSON.stringify({ client_name: name, redirect_uris: [`http://127.0.0.1/${name}`] });
      return (await fetch(`http://127.0.0.1:${port}/register`, { method: 'POST', headers, body })).status;
    };
    const statuses = [
      await register('203.0.113.7', 'a'),
      await register('203.0.113.7', 'b'),
      await register('203.0.113.8', 'c'),
    ];
    expect(statuses).toEqual([201, 429, 201]);
    child.kill('SIGTERM');
    await exited;
  });

  it('refuses an address without https', async () => {
    const { child, output } = start(['--url', 'http://example.com'], {});
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(output()).toContain('PUBLIC_URL is not valid: expected https');
  });
});
