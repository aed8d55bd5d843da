import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp } from '../../support/app/app.js';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import {
  clientDocument,
  DOCUMENT_HOST,
  DOCUMENT_URL,
  type DocumentHost,
  startDocumentHost,
} from '../../support/oauth/document-host.js';
import { authorizeUrl, Browser, pkce, refresh, signIn, signInForTokens } from '../../support/oauth/oauth.js';
import { DocumentedOAuthProvider } from '../../support/oauth/oauth-provider.js';

let host: DocumentHost;
let app: FixtureApp;
beforeAll(async () => {
  host = await startDocumentHost();
});
afterAll(() => host.stop());
beforeEach(async () => {
  host.serve(clientDocument());
  app = await startFixture({ RATE_LIMIT_SCALE: '100' }, { documentAgent: host.agent });
  return () => app.stop();
});

const authorize = (clientId: string, changes = {}) =>
  fetch(authorizeUrl(app.url, clientId, pkce().challenge, changes), { redirect: 'manual' });
const client = { client_id: DOCUMENT_URL };

describe('a client that is described by a document', () => {
  it('signs in with the SDK, which prefers documents, and is never stored', async () => {
    const authProvider = new DocumentedOAuthProvider(app.url, DOCUMENT_URL);
    const options = { versionNegotiation: { mode: { pin: '2026-07-28' } } };
    const info = { name: 'documented', version: '1.0.0' };
    const transport = () => new StreamableHTTPClientTransport(new URL(app.mcpUrl), { authProvider });
    const first = transport();
    await expect(new Client(info, options).connect(first)).rejects.toThrow(UnauthorizedError);
    await first.finishAuth(authProvider.callback ?? new URLSearchParams());
    const sdk = new Client(info, options);
    await sdk.connect(transport());
    expect(await sdk.callTool({ name: 'who_is_calling' })).toMatchObject({
      structuredContent: { id: 'ann', client_id: DOCUMENT_URL },
    });
    await sdk.close();
    expect(await app.store.selectFrom('oauth_clients').selectAll().execute()).toEqual([]);
  });

  it('is shown with its host on the sign-in page, and with every word escaped', async () => {
    host.serve(clientDocument({ client_name: '<img src=x onerror=alert(1)>' }));
    const browser = new Browser(app.url);
    const redirect = await browser.get(authorizeUrl(app.url, DOCUMENT_URL, pkce().challenge));
    const page = await (await browser.get(new URL(redirect.headers.get('location') ?? '', app.url))).text();
    expect(page).toContain(`described at <strong>${DOCUMENT_HOST}</strong>`);
    expect(page).not.toContain('<img');
  });

  it('signs in a second time without another fetch', async () => {
    await signInForTokens(app.url, { client });
    const before = host.requests.length;
    await signInForTokens(app.url, { client });
    expect(host.requests.length).toBe(before);
  });

  it('refreshes while its host is down', async () => {
    const tokens = await signInForTokens(app.url, { client });
    host.answer((_req, res) => void res.destroy());
    expect((await refresh(app.url, tokens)).status).toBe(200);
  });

  it('may be returned to only at the addresses in its document', async () => {
    const response = await authorize(DOCUMENT_URL, { redirect_uri: 'https://evil.example/callback' });
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
  });

  it('can redeem only its own code', async () => {
    const { redeem } = await signIn(app.url, { client });
    const other = await redeem({ client_id: DOCUMENT_URL.replace('client.json', 'other.json') });
    expect(await other.json()).toMatchObject({ error: 'invalid_grant' });
  });
});

describe('documents that are refused, with a page and without a redirect', () => {
  it.each([
    ['a document for another address', clientDocument({ client_id: `${DOCUMENT_URL}x` }), /another address/],
    ['a secret method', clientDocument({ token_endpoint_auth_method: 'client_secret_post' }), /not valid/],
    ['70 kB', clientDocument({ filler: 'x'.repeat(70_000) }), /too large/],
  ])('%s is refused', async (_what, document, message) => {
    host.serve(document);
    const response = await authorize(DOCUMENT_URL);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('location')).toBeNull();
    expect(await response.text()).toMatch(message);
  });

  it.each([
    'https://127.0.0.1/client.json',
    'https://[::1]/client.json',
    'https://localhost/client.json',
    `https://${DOCUMENT_HOST}:8443/client.json`,
    `https://user@${DOCUMENT_HOST}/client.json`,
    `https://${DOCUMENT_HOST}/a/../client.json`,
    `https://${DOCUMENT_HOST}/`,
  ])('%s is refused without a connection', async (clientId) => {
    const before = host.connections();
    const response = await authorize(clientId);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('not acceptable');
    expect(host.connections()).toBe(before);
  });

  it('more documents a minute than the limit of an address are refused', async () => {
    const strict = await startApp({}, {}, { documentAgent: host.agent });
    host.answer((_req, res) => void res.writeHead(404).end());
    const statuses: number[] = [];
    for (let index = 0; index < 61; index += 1) {
      const url = authorizeUrl(strict.url, `https://${DOCUMENT_HOST}/${index}.json`, pkce().challenge);
      statuses.push((await fetch(url, { redirect: 'manual' })).status);
    }
    await strict.stop();
    expect(statuses.slice(0, 60)).toEqual(Array(60).fill(400));
    expect(statuses[60]).toBe(429);
  });
});

it('the page says so when the document is gone between two steps', async () => {
  const browser = new Browser(app.url);
  const redirect = await browser.get(authorizeUrl(app.url, DOCUMENT_URL, pkce().challenge));
  // A replica has a cache of its own.
  const other = await startApp({}, {}, { documentAgent: host.agent, store: app.store });
  host.answer((_req, res) => void res.writeHead(404).end());
  const login = new URL(redirect.headers.get('location') ?? '', other.url);
  const response = await browser.get(login);
  expect(response.status).toBe(400);
  expect(response.headers.get('content-type')).toContain('text/html');
  await other.stop();
});
