import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectModern } from '../support/app/clients.js';
import { signInForTokens } from '../support/oauth/oauth.js';
import { startProgram } from '../support/programs/server.js';
import { type Checkout, checkOutFork } from './support/checkout.js';
import { growClinic } from './support/grow.js';

/** The files that belong to a fork. docs/fork.md has the same list. */
const YOURS =
  /^(src\/(server|brand|settings|services|icons)\.ts|\.env\.example|public\/.*|(src|test)\/(tools|resources|prompts|accounts|skills|clinic)\/.*)$/;

let fork: Checkout;
beforeAll(async () => {
  fork = await checkOutFork();
  await growClinic(fork);
});
afterAll(() => fork.remove());

it('a table, a setting, a service, a scope, a tool with a form and a card touch only files of the fork', async () => {
  const status = await fork.must('git', 'status', '--porcelain', '--untracked-files=all');
  const paths = status
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(3));
  expect(paths).toContain('src/clinic/tables.ts');
  expect(paths.filter((path) => !YOURS.test(path))).toEqual([]);
});

it('they pass the checks of the fork', async () => {
  await fork.must('npm', 'run', 'check');
});

it('they pass the tests of the fork', async () => {
  await fork.must(
    'npx',
    'vitest',
    'run',
    '--project',
    'unit',
    'test/clinic',
    'test/tools',
    'test/settings.test.ts',
  );
}, 300_000);

it('the built server books an appointment through a form, and serves the card', async () => {
  await fork.must('npm', 'run', 'build');
  const server = await startProgram(join(fork.root, 'dist/main.js'), {});
  const { access_token } = await signInForTokens(server.url, {
    username: 'alice',
    password: 'password123',
    parameters: { scope: 'read appointments:write' },
  });
  const client = await connectModern(server.mcpUrl, access_token, undefined, {
    capabilities: { elicitation: { form: {} } },
  });
  client.setRequestHandler(
    'elicitation/create',
    () => ({ action: 'accept', content: { time: '10:00' } }) as never,
  );
  const booked = await client.callTool({ name: 'book_appointment', arguments: { day: '2030-03-01' } });
  expect(booked.structuredContent).toMatchObject({ day: '2030-03-01', time: '10:00' });
  const shown = await client.callTool({ name: 'appointment_card', arguments: {} });
  expect(shown.structuredContent).toEqual({ day: '2030-03-01', time: '10:00' });
  const { contents } = await client.readResource({ uri: 'ui://blue-dental-clinic/appointment-card' });
  expect(contents).toMatchObject([{ mimeType: 'text/html;profile=mcp-app' }]);
  expect((contents[0] as { text: string }).text).toContain('<p>Blue Dental Clinic</p>');
  await client.close();
  await server.stop();
});

it('a wrong value of its own setting stops the start, beside those of the platform', async () => {
  const start = startProgram(join(fork.root, 'dist/main.js'), {
    CLINIC_API_URL: 'nowhere',
    TOOL_TIMEOUT_MS: 'soon',
  });
  const { message } = await start.then(
    () => new Error('It started'),
    (error: Error) => error,
  );
  expect(message).toContain('CLINIC_API_URL is not valid');
  expect(message).toContain('TOOL_TIMEOUT_MS is not valid');
});
