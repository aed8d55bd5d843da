import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Caller } from '../../../src/platform/caller.js';
import definition from '../../../src/server.js';
import { greetingCard } from '../../../src/tools/greeting-card/index.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { connectModern } from '../../support/app/clients.js';

const base = { scopes: ['read'], clientId: 'test' };
const callers: Record<string, Caller> = {
  user: { ...base, kind: 'user', id: 'alice', name: 'Alice' },
  named: { ...base, kind: 'service', id: 'service:reports', name: 'reports' },
  static: { ...base, kind: 'service', id: 'service:static-token', name: 'Service' },
  local: { ...base, kind: 'service', id: 'service:local', name: 'Local developer' },
};
let app: TestApp;
beforeAll(async () => {
  app = await startApp(
    { tools: [greetingCard], scopes: definition.scopes },
    {},
    { verifiers: [(token) => callers[token]] },
  );
});
afterAll(() => app.stop());

it.each([
  ['user', 'Alice'],
  ['named', 'service reports'],
  ['static', 'Service'],
  ['local', 'Local developer'],
])('greets the caller with a fitting name (%s)', async (token, username) => {
  const client = await connectModern(app.mcpUrl, token);
  const result = await client.callTool({ name: 'greeting_card', arguments: { message: 'Hi' } });
  expect(result.structuredContent).toEqual({ username, message: 'Hi' });
  expect(result.content[0]).toMatchObject({ text: `Showed a greeting card to ${username}: Hi` });
  await client.close();
});
