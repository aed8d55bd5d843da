import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PublicOnlyAgent } from '../../../src/platform/oauth/clients/public-only-agent.js';
import { onlyOnFile } from '../../support/app/database.js';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import {
  clientDocument,
  DOCUMENT_URL,
  type DocumentHost,
  resolvesTo,
  startDocumentHost,
} from '../../support/oauth/document-host.js';
import { authorizeUrl, CALLBACK, pkce, register, signIn } from '../../support/oauth/oauth.js';

/** The clients that do not fall back to registration when a document fails. */
const CODEX = 'https://chatgpt.com/oauth/codex/client.json';
const CLAUDE_CODE = 'https://claude.ai/oauth/claude-code-client-metadata';

let host: DocumentHost;
let app: FixtureApp;
beforeAll(async () => {
  host = await startDocumentHost('chatgpt.com', 'claude.ai');
});
afterAll(() => host.stop());
beforeEach(() => {
  host.cut(() => false);
  host.answer((req, res) => {
    const url = `https://${req.headers.host}${req.url}`;
    res.writeHead(200, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify(clientDocument({ client_id: url })));
  });
});
afterEach(() => app.stop());

const start = async (environment: Record<string, string> = {}, parts = {}) => {
  app = await startFixture(
    { RATE_LIMIT_SCALE: '100', ...environment },
    { documentAgent: host.agent, ...parts },
  );
};
const metadata = async () =>
  (await (await fetch(`${app.url}/.well-known/oauth-authorization-server`)).json()) as Record<
    string,
    unknown
  >;
const isAdvertised = async () => (await metadata())['client_id_metadata_document_supported'];
const authorize = (clientId: string) =>
  fetch(authorizeUrl(app.url, clientId, pkce().challenge), { redirect: 'manual' });

/** Connects as Codex and Claude Code do: with the document when it is advertised, else by registering. */
async function connect(documentUrl: string): Promise<{ clientId: string; status: number; page: string }> {
  const { client_id_metadata_document_supported: documents, registration_endpoint: registration } =
    await metadata();
  expect(documents === true || typeof registration === 'string').toBe(true);
  const clientId = documents === true ? documentUrl : (await register(app.url)).client_id;
  const answer = await authorize(clientId);
  return { clientId, status: answer.status, page: await answer.text() };
}

describe('in an open network', () => {
  it.each([CODEX, CLAUDE_CODE])('%s is used as it is', async (url) => {
    await start();
    expect(await connect(url)).toMatchObject({ clientId: url, status: 303 });
  });
});

describe('in a closed network', () => {
  beforeEach(() => host.cut(() => true));

  it.each([CODEX, CLAUDE_CODE])('%s is let in at the second attempt, by registering', async (url) => {
    onlyOnFile('Each server learns for itself what it can reach, so there is a failed attempt for each.');
    await start();
    const { hostname } = new URL(url);
    const first = await connect(url);
    expect(first).toMatchObject({ clientId: url, status: 400 });
    expect(first.page).toContain('Connect once more');
    expect(first.page).toContain(`allow it to reach ${hostname} by https, or set CLIENT_DOCUMENTS=off`);
    expect(app.logs).toContainEqual(
      expect.objectContaining({
        msg: 'refused',
        detail: expect.stringMatching(/^the request to \S+ failed: .*ECONNREFUSED/),
      }),
    );
    await expect.poll(isAdvertised).toBe(false);
    expect(app.logs).toContainEqual(expect.objectContaining({ level: 40, hosts: [hostname] }));
    for (const document of [CODEX, CLAUDE_CODE]) {
      const { clientId, status } = await connect(document);
      expect(clientId).not.toContain('https:');
      expect(status).toBe(303);
    }
    host.cut(() => false);
    expect((await authorize(url)).status).toBe(303);
    expect(await isAdvertised()).toBe(true);
  });

  it('a host that the name server sends to a private address counts as out of reach', async () => {
    await start({}, { documentAgent: new PublicOnlyAgent({ lookup: resolvesTo('10.0.0.1') }) });
    expect((await connect(CODEX)).status).toBe(400);
    await expect.poll(isAdvertised).toBe(false);
  });

  it('clients of the only allowed domain are let in at the second attempt, too', async () => {
    await start({ CIMD_ALLOWED_DOMAINS: 'claude.ai' });
    expect((await connect(CLAUDE_CODE)).status).toBe(400);
    await expect.poll(isAdvertised).toBe(false);
  });

  it('Codex registers from the start when a probe is set', async () => {
    await start({ CLIENT_DOCUMENTS_PROBE: 'https://claude.ai/' });
    await expect.poll(isAdvertised).toBe(false);
    expect(await connect(CODEX)).toMatchObject({
      status: 303,
      clientId: expect.not.stringContaining('https'),
    });
  });

  it('Codex and Claude Code register from the start when people have signed in through their documents', async () => {
    host.cut(() => false);
    await start();
    for (const client_id of [CODEX, CLAUDE_CODE]) await signIn(app.url, { client: { client_id } });
    host.cut(() => true);
    const first = app;
    app = await startFixture({}, { documentAgent: host.agent, store: first.store });
    await expect.poll(isAdvertised).toBe(false);
    await app.stop();
    app = first;
  });

  it('documents stay advertised where clients cannot register', async () => {
    await start({ ENABLE_DCR: 'false' });
    await authorize(CODEX);
    await authorize(CLAUDE_CODE);
    expect(await isAdvertised()).toBe(true);
  });

  it('documents stay advertised with CLIENT_DOCUMENTS=on', async () => {
    await start({ CLIENT_DOCUMENTS: 'on' });
    await authorize(CODEX);
    await authorize(CLAUDE_CODE);
    expect(await isAdvertised()).toBe(true);
  });

  it('a stranger cannot switch documents off with dead hosts while one that people use answers', async () => {
    host.cut((name) => name !== 'claude.ai');
    await start();
    await signIn(app.url, { client: { client_id: CLAUDE_CODE } });
    for (let index = 0; index < 10; index += 1) await authorize(`https://dead.evil-${index}.example/c.json`);
    expect(await isAdvertised()).toBe(true);
  });
});

describe('with CLIENT_DOCUMENTS=off', () => {
  it('Codex registers, and a document is refused without a connection, on a page that says what to do', async () => {
    await start({ CLIENT_DOCUMENTS: 'off' });
    const before = host.connections();
    expect(await connect(CODEX)).toMatchObject({
      status: 303,
      clientId: expect.not.stringContaining('https'),
    });
    const answer = await authorize(CODEX);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(/does not use descriptions.*Remove the connection/);
    expect(host.connections()).toBe(before);
  });

  it('the start warns when clients cannot register either', async () => {
    await start({ CLIENT_DOCUMENTS: 'off', ENABLE_DCR: 'false' });
    expect(app.logs).toContainEqual(
      expect.objectContaining({ level: 40, msg: expect.stringContaining('ENABLE_DCR is false') }),
    );
  });
});

describe('the last good copy of a document', () => {
  /** Signs in while the host works, and starts a server with an empty cache on the same store. */
  async function restartAfterSignIn(): Promise<() => Promise<void>> {
    await start();
    await signIn(app.url, { client: { client_id: DOCUMENT_URL } });
    const first = app;
    app = await startFixture({}, { documentAgent: host.agent, store: first.store });
    return async () => {
      await app.stop();
      app = first;
    };
  }

  it.each<[string, () => void]>([
    ['cannot be reached', () => host.cut(() => true)],
    ['fails', () => host.answer((_req, res) => void res.writeHead(503).end())],
    ['keeps robots out', () => host.answer((_req, res) => void res.writeHead(403).end())],
    [
      'breaks off',
      () =>
        host.answer((_req, res) => {
          res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '999' }).write('{');
          setImmediate(() => res.destroy());
        }),
    ],
  ])('lets people sign in while its host %s', async (_what, fail) => {
    const done = await restartAfterSignIn();
    fail();
    expect((await authorize(DOCUMENT_URL)).status).toBe(303);
    expect(app.logs).toContainEqual(
      expect.objectContaining({ level: 40, host: 'client.example.test', fetchedAt: expect.any(String) }),
    );
    await done();
  });

  it.each<[string, () => void]>([
    ['is gone', () => host.answer((_req, res) => void res.writeHead(404).end())],
    ['became invalid', () => host.serve(clientDocument({ redirect_uris: ['http://elsewhere.example/'] }))],
    ['belongs to another address', () => host.serve(clientDocument({ client_id: `${DOCUMENT_URL}x` }))],
  ])('is not used, and deleted, when the document %s', async (_what, change) => {
    const done = await restartAfterSignIn();
    change();
    expect((await authorize(DOCUMENT_URL)).status).toBe(400);
    host.cut(() => true);
    expect((await authorize(DOCUMENT_URL)).status).toBe(400);
    await done();
  });

  it('obeys the current rules for redirect addresses', async () => {
    await start({ REDIRECT_SCHEMES: 'ourdesk' });
    host.serve(clientDocument({ redirect_uris: ['ourdesk://cb', CALLBACK, 'javascript:alert(1)', 7] }));
    expect((await authorize(DOCUMENT_URL)).status).toBe(303);
    const url = authorizeUrl(app.url, DOCUMENT_URL, pkce().challenge, { redirect_uri: 'ourdesk://cb' });
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(303);
  });
});
