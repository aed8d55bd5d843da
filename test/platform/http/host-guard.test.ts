import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.js';
import { sendRaw } from '../../support/app/raw.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp(
    {},
    {
      PUBLIC_URL: 'https://mcp.example.com',
      SITE_URL: 'https://files.example.com',
      ALLOWED_HOSTS: 'other.example:8443,[2001:db8::1]',
    },
  );
});
afterAll(() => app.stop());

const PATH = '/.well-known/oauth-protected-resource';
const ask = (host: string) => sendRaw(app.listening, PATH, { headers: { Host: host } });

it.each([
  'mcp.example.com',
  'MCP.example.com:443',
  'files.example.com',
  'other.example',
  'other.example:1234',
  '[2001:db8::1]:8000',
  'localhost',
  '127.0.0.1:8000',
  '[::1]',
])('answers to %s', async (host) => {
  expect((await ask(host)).status).toBe(200);
});

it.each([
  'evil.example',
  'mcp.example.com.evil.example',
  'evil.example:443',
  'localhost/evil',
  'user@localhost',
  'localhost#',
  '10.0.0.1',
])('refuses %s, and names the variable to set', async (host) => {
  const { status, body } = await ask(host);
  expect(status).toBe(403);
  expect(JSON.parse(body)).toMatchObject({
    error: 'host_not_allowed',
    error_description: expect.stringContaining('ALLOWED_HOSTS'),
  });
});
