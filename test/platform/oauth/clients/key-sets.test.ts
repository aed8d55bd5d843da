import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp } from '../../../support/app/app.js';
import { onlyOnFile } from '../../../support/app/database.js';
import { type FixtureApp, startFixture } from '../../../support/app/fixture.js';
import { DOCUMENT_URL, type DocumentHost, startDocumentHost } from '../../../support/oauth/document-host.js';
import {
  ACCEPTED,
  asserted,
  attempt,
  KEYS_ONLY,
  KEYS_URL,
  REFUSED,
  refusalDetails,
  type SigningKey,
  serveClient,
  signAssertion,
  signingKey,
} from '../../../support/oauth/signing-client.js';

let host: DocumentHost;
let app: FixtureApp;
let key: SigningKey;
beforeAll(async () => {
  host = await startDocumentHost();
  key = await signingKey();
});
afterAll(() => host.stop());
beforeEach(async () => {
  serveClient(host, KEYS_ONLY, [key.jwk]);
  app = await startFixture({ RATE_LIMIT_SCALE: '100' }, { documentAgent: host.agent });
  return () => app.stop();
});

const sign = (claims = {}, header = {}, signer = key) =>
  signAssertion(signer, { aud: app.url, ...claims }, header).then(asserted);
const details = () => refusalDetails(app);

const PER_SERVER = 'Each server fetches keys for itself, so there are more requests.';

describe('the keys at a jwks_uri', () => {
  const keyRequests = () => host.requests.filter((path) => KEYS_URL.endsWith(path)).length;

  it('are fetched once, and once more for an unknown key, but not for each made-up one', async () => {
    onlyOnFile(PER_SERVER);
    const before = keyRequests();
    for (let index = 0; index < 3; index += 1) expect(await attempt(app.url, await sign())).toEqual(ACCEPTED);
    expect(keyRequests() - before).toBe(1);
    const next = await signingKey();
    serveClient(host, KEYS_ONLY, [next.jwk]);
    expect(await attempt(app.url, await sign({}, {}, next))).toEqual(ACCEPTED);
    expect(keyRequests() - before).toBe(2);
    for (let index = 0; index < 5; index += 1)
      expect(await attempt(app.url, await sign({}, { kid: `made up ${index}` }))).toEqual(REFUSED);
    expect(keyRequests() - before).toBe(2);
  });

  it('may be replaced under the same id', async () => {
    expect(await attempt(app.url, await sign())).toEqual(ACCEPTED);
    const next = await signingKey('ES256', key.kid);
    serveClient(host, KEYS_ONLY, [next.jwk]);
    expect(await attempt(app.url, await sign({}, {}, next))).toEqual(ACCEPTED);
  });

  it('are not looked for elsewhere, and a host that is down is no fault of the client', async () => {
    onlyOnFile(PER_SERVER);
    const answers: [Parameters<DocumentHost['answer']>[0], number][] = [
      [
        (_req, res) => void res.writeHead(302, { Location: 'https://client.example.test/elsewhere' }).end(),
        401,
      ],
      [(_req, res) => void res.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>'), 401],
      [(_req, res) => void res.writeHead(200, { 'Content-Type': 'application/json' }).end('{}'), 401],
      [
        (_req, res) =>
          void res.writeHead(200, { 'Content-Type': 'application/json' }).end(' '.repeat(70_000)),
        401,
      ],
      [(_req, res) => void res.writeHead(502).end(), 503],
      [(_req, res) => void res.destroy(), 503],
    ];
    for (const [answer, expected] of answers) {
      const other = await startApp({}, {}, { documentAgent: host.agent });
      serveClient(host, KEYS_ONLY, [key.jwk]);
      await fetch(`${other.url}/authorize?client_id=${encodeURIComponent(DOCUMENT_URL)}`, {
        redirect: 'manual',
      });
      const before = host.requests.length;
      host.answer(answer);
      const [status] = await attempt(other.url, await sign({ aud: other.url }));
      expect([status, host.requests.length - before]).toEqual([expected, 1]);
      await other.stop();
    }
  });

  it('are refused at sign-in when no server could fetch them', async () => {
    for (const jwks_uri of [
      'http://client.example.test/k',
      'https://127.0.0.1/k',
      'https://localhost/k',
      'k',
      1,
      null,
    ]) {
      serveClient(host, { ...KEYS_ONLY, jwks_uri }, []);
      const page = await fetch(`${app.url}/authorize?client_id=${encodeURIComponent(DOCUMENT_URL)}`, {
        redirect: 'manual',
      });
      expect(page.status).toBe(400);
      expect(details().at(-1)).toMatch(/neither jwks nor a jwks_uri/);
    }
  });

  it('may be in the document itself, beside entries that are no keys', async () => {
    const spare = await signingKey();
    const keys = [null, 'x', { kty: 'oct', k: 'x' }, spare.jwk, { ...key.jwk, x5c: null, key_ops: null }];
    serveClient(host, { ...KEYS_ONLY, jwks: { keys }, jwks_uri: null }, []);
    expect(await attempt(app.url, await sign())).toEqual(ACCEPTED);
    expect(await attempt(app.url, await sign({}, { kid: undefined }))).toEqual(ACCEPTED);
  });

  it('are missed in an assertion of a client without keys', async () => {
    serveClient(host, { jwks_uri: undefined }, []);
    expect(await attempt(app.url, await sign())).toEqual(REFUSED);
    expect(details()).toContain('the client has no keys to sign assertions with');
  });
});
