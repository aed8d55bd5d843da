import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import { authorizeUrl, pkce, type Registration, register } from '../../support/oauth/oauth.js';

let server: FixtureApp;
let client: Registration;
beforeAll(async () => {
  server = await startFixture({ RATE_LIMIT_SCALE: '100' });
  client = await register(server.url);
});
afterAll(() => server.stop());

/** Asks with a name and with one that nobody has, and expects answers that differ in nothing else. */
async function expectLikeAnyOther(name: string, ask: (name: string) => Promise<Response>): Promise<void> {
  const [answer, other] = [await ask(name), await ask('nobody')];
  expect(answer.status).toBe(other.status);
  const hidden = (text: string) => text.replaceAll(name, 'nobody');
  expect(hidden(await answer.text())).toBe(await other.text());
  expect(hidden(answer.headers.get('location') ?? '')).toBe(other.headers.get('location') ?? '');
}

describe('a name that every object inherits', () => {
  const form = (path: string, fields: Record<string, string>) =>
    fetch(`${server.url}${path}`, { method: 'POST', body: new URLSearchParams(fields) });
  const authorize = (changes: Record<string, string>) =>
    fetch(authorizeUrl(server.url, client.client_id, pkce().challenge, changes), { redirect: 'manual' });

  it.each(['toString', '__proto__', 'constructor', 'hasOwnProperty', 'valueOf'])(
    '%s is unknown like any other',
    async (name) => {
      await expectLikeAnyOther(name, (client_id) => authorize({ client_id }));
      await expectLikeAnyOther(name, (response_type) => authorize({ response_type }));
      await expectLikeAnyOther(name, (code_challenge_method) => authorize({ code_challenge_method }));
      await expectLikeAnyOther(name, (client_id) =>
        form('/token', { grant_type: 'refresh_token', client_id }),
      );
      await expectLikeAnyOther(name, (grant_type) =>
        form('/token', { grant_type, client_id: client.client_id }),
      );
      await expectLikeAnyOther(name, (client_id) => form('/revoke', { client_id, token: 't' }));
      await expectLikeAnyOther(name, (parameter) => form('/token', { [parameter]: 'x' }));
    },
  );
});
