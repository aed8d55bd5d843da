import { afterAll, beforeAll, expect, it } from 'vitest';
import { post } from '../support/app/clients.js';
import { authorizeUrl, Browser, pkce, register } from '../support/oauth/oauth.js';
import { startExample, type TestServer } from '../support/programs/server.js';

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };

let server: TestServer;
beforeAll(async () => {
  server = await startExample();
});
afterAll(() => server.stop());

it('20 sign-ins at once all succeed, and meanwhile /mcp answers', async () => {
  const { client_id } = await register(server.url);
  const browsers = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const browser = new Browser(server.url);
      return {
        browser,
        fields: await browser.open(
          authorizeUrl(server.url, client_id, pkce().challenge),
          'alice',
          'password123',
        ),
      };
    }),
  );
  let finished = 0;
  const signIns = browsers.map(async ({ browser, fields }) => {
    const { status } = await browser.submit(fields);
    finished += 1;
    return status;
  });
  expect((await post(server.mcpUrl, ping)).status).toBe(200);
  expect(finished).toBeLessThan(20);
  expect(await Promise.all(signIns)).toEqual(Array(20).fill(303));
});
