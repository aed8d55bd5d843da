import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type FixtureApp, startFixture } from '../app/fixture.js';
import { authorizeUrl, Browser, pkce, type Registration, register } from './oauth.js';

/** The parts of a sign-in test: one server and client for the file, a new browser for each test. */
export interface SignInPage {
  server: FixtureApp;
  client: Registration;
  browser: Browser;
  /** Makes the address a client sends its user to, with changes to a correct request. */
  start: (changes?: Record<string, string>, of?: Registration) => URL;
}

/** Registers the hooks of the file. The parts are available once a test runs. */
export function useSignInPage(): SignInPage {
  const { challenge } = pkce();
  const page = {
    start: (changes = {}, of = page.client) =>
      authorizeUrl(page.server.url, of.client_id, challenge, changes),
  } as SignInPage;
  beforeAll(async () => {
    page.server = await startFixture({ RATE_LIMIT_SCALE: '100' });
    page.client = await register(page.server.url);
  });
  afterAll(() => page.server.stop());
  beforeEach(() => {
    page.browser = new Browser(page.server.url);
  });
  return page;
}
