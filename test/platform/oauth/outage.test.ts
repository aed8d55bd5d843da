import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.js';
import { tokenWorks } from '../../support/app/clients.js';
import { openTestStore } from '../../support/app/database.js';
import { type FailingStore, failingStore } from '../../support/app/failing-store.js';
import { oneUser, PASSWORD } from '../../support/app/one-user.js';
import {
  authorizeUrl,
  Browser,
  pkce,
  refresh,
  register,
  registerRaw,
  signIn,
  signInForTokens,
} from '../../support/oauth/oauth.js';
import fixture from '../fixture/server.js';

const ada = { username: 'ada', password: PASSWORD };

let app: TestApp;
let database: FailingStore;
beforeAll(async () => {
  database = failingStore(await openTestStore(fixture.migrations));
  const environment = { RATE_LIMIT_SCALE: '1000' };
  app = await startApp({}, environment, { store: database.store, accounts: oneUser() });
});
afterAll(() => app.stop());

/** Prepares one step of a sign-in. @returns a function that asks for it, and may be called again with the same request */
type Step = () => Promise<() => Promise<Response>>;

const openForm: Step = async () => {
  const client = await register(app.url);
  const browser = new Browser(app.url);
  const fields = await browser.open(
    authorizeUrl(app.url, client.client_id, pkce().challenge),
    'ada',
    PASSWORD,
  );
  return () => browser.submit(fields);
};

const steps: [string, number, Step][] = [
  [
    'POST /register',
    201,
    async () => () => registerRaw(app.url, { redirect_uris: ['https://app.example/cb'] }),
  ],
  [
    'GET /authorize',
    303,
    async () => {
      const { client_id } = await register(app.url);
      return () => new Browser(app.url).get(authorizeUrl(app.url, client_id, pkce().challenge));
    },
  ],
  [
    'GET /login',
    200,
    async () => {
      const { client_id } = await register(app.url);
      const browser = new Browser(app.url);
      const redirect = await browser.get(authorizeUrl(app.url, client_id, pkce().challenge));
      return () => browser.get(new URL(redirect.headers.get('location') ?? '', app.url));
    },
  ],
  ['POST /login that allows', 303, openForm],
  [
    'POST /token with a code',
    200,
    async () => {
      const { redeem } = await signIn(app.url, ada);
      return () => redeem();
    },
  ],
  [
    'POST /token with a refresh token',
    200,
    async () => {
      const tokens = await signInForTokens(app.url, ada);
      return () => refresh(app.url, tokens);
    },
  ],
];

describe('wherever the database fails within a step, the same request works once it is back:', () => {
  it.each(steps)('%s', async (_name, done, prepare) => {
    let failures = 0;
    for (let after = 0; ; after += 1) {
      const ask = await prepare();
      database.fail(after);
      const answer = await ask();
      database.recover();
      if (answer.status === done) break;
      failures += 1;
      expect([after, answer.status, answer.headers.get('retry-after')]).toEqual([after, 503, '5']);
      expect([after, (await ask()).status]).toEqual([after, done]);
    }
    expect(failures).toBeGreaterThan(0);
  });

  it('POST /revoke', async () => {
    for (let after = 0, status = 503; status === 503; after += 1) {
      const tokens = await signInForTokens(app.url, ada);
      const body = new URLSearchParams({ client_id: tokens.client.client_id, token: tokens.refresh_token });
      const revoke = () => fetch(`${app.url}/revoke`, { method: 'POST', body });
      database.fail(after);
      ({ status } = await revoke());
      database.recover();
      if (status === 503) expect((await revoke()).status).toBe(200);
      expect(await tokenWorks(app.mcpUrl, tokens.access_token)).toBe(false);
    }
  });
});

it('tokens that were given out are not taken back because the use of their client could not be noted', async () => {
  const [first, second] = [await signIn(app.url, ada), await signIn(app.url, ada)];
  database.fail(Number.POSITIVE_INFINITY);
  await first.redeem();
  const queries = database.recover();
  database.fail(queries - 1);
  const answer = await second.redeem();
  database.recover();
  expect(answer.status).toBe(200);
  const { access_token } = (await answer.json()) as { access_token: string };
  expect(await tokenWorks(app.mcpUrl, access_token)).toBe(true);
  expect(app.logs).toContainEqual(
    expect.objectContaining({ level: 40, msg: 'the use of a client was not noted' }),
  );
});

it('a sign-in whose page could not be shown goes on when the person loads it again', async () => {
  const submit = await openForm();
  database.fail();
  const page = await submit();
  database.recover();
  expect(page.status).toBe(503);
  expect(await page.text()).toContain(
    'The database does not answer. Try again in a moment. Load this page again, and the sign-in goes on.',
  );
  const location = (await submit()).headers.get('location') ?? '';
  expect(new URL(location).searchParams.get('code')).toBeTruthy();
});
