import type { ServerResponse } from 'node:http';
import { Agent, type AgentOptions } from 'node:https';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type ClientDocuments,
  createClientDocuments,
} from '../../../../src/platform/oauth/clients/client-documents.js';
import {
  clientDocument,
  DOCUMENT_HOST,
  DOCUMENT_URL,
  type DocumentHost,
  load,
  resolvesTo,
  startDocumentHost,
} from '../../../support/oauth/document-host.js';

let host: DocumentHost;
beforeAll(async () => {
  host = await startDocumentHost();
});
afterAll(() => host.stop());

describe('a document', () => {
  let documents: ClientDocuments;
  beforeEach(() => {
    host.serve(clientDocument());
    documents = createClientDocuments([], host.agent);
  });

  it('describes a public client', async () => {
    expect(await load(documents)).toMatchObject({
      clientId: DOCUMENT_URL,
      name: 'Documented client',
      host: DOCUMENT_HOST,
      secretHash: undefined,
    });
  });

  it.each([
    ['another client_id', { client_id: `${DOCUMENT_URL}?` }, /belongs to another address/],
    ['a secret', { client_secret: 'x' }, /not valid/],
    ['the end of a secret', { client_secret_expires_at: 0 }, /not valid/],
    ['a method with a secret', { token_endpoint_auth_method: 'client_secret_basic' }, /not valid/],
    ['no name', { client_name: undefined }, /not valid/],
    ['no redirect_uris', { redirect_uris: [] }, /not valid/],
    ['a dangerous redirect_uri', { redirect_uris: ['javascript:alert(1)'] }, /not valid/],
    ['70 kB', { filler: 'x'.repeat(70_000) }, /too large/],
  ])('with %s is refused', async (_what, changes, message) => {
    host.serve(clientDocument(changes));
    await expect(load(documents)).rejects.toThrow(message);
  });

  it('is accepted only as JSON with status 200', async () => {
    host.serve(clientDocument(), { 'Content-Type': 'text/html' });
    await expect(load(documents)).rejects.toThrow(/no description/);
    host.answer((_req, res) => void res.writeHead(200, { 'Content-Type': 'application/json' }).end('{'));
    await expect(load(documents)).rejects.toThrow(/not JSON/);
    host.answer((_req, res) => void res.writeHead(404).end());
    await expect(load(documents)).rejects.toThrow(/no description/);
  });

  it('is not looked for elsewhere when the host redirects', async () => {
    const before = host.requests.length;
    host.answer((req, res) => {
      if (req.url === '/elsewhere') throw new Error('The redirect was followed');
      res.writeHead(302, { Location: '/elsewhere' }).end();
    });
    await expect(load(documents)).rejects.toThrow(/no description/);
    expect(host.requests.slice(before)).toEqual(['/oauth/client.json']);
  });

  it('is abandoned after 5 seconds, whether nothing arrives or only a trickle', async () => {
    host.answer(() => {});
    const silent = load(documents);
    const trickling = createClientDocuments([], host.agent);
    const refusal = expect(silent).rejects.toThrow(/could not be fetched/);
    await expect.poll(() => host.requests.length).toBeGreaterThan(0);
    host.answer((_req, res) => {
      res.writeHead(200, { 'Content-Type': 'application/json' });
      const timer = setInterval(() => res.write(' '), 100);
      res.on('close', () => clearInterval(timer));
    });
    await expect(load(trickling)).rejects.toThrow(/could not be fetched/);
    await refusal;
  });

  it('of a host with an untrusted certificate is refused', async () => {
    const stranger = new Agent({ lookup: resolvesTo('127.0.0.1'), port: host.port } as AgentOptions);
    const before = host.requests.length;
    await expect(load(createClientDocuments([], stranger))).rejects.toThrow(/could not be fetched/);
    expect(host.requests.length).toBe(before);
  });

  it('is fetched once while it is fresh, even for simultaneous requests; errors are not cached', async () => {
    host.answer((_req, res) => void res.writeHead(500).end());
    await expect(load(documents)).rejects.toThrow();
    host.serve(clientDocument());
    const before = host.requests.length;
    await Promise.all(Array.from({ length: 10 }, () => load(documents)));
    await load(documents);
    expect(host.requests.length - before).toBe(1);
  });

  describe('is kept', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
    afterEach(() => void vi.useRealTimers());
    const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

    it.each([
      ['5 minutes by default', {}, 300],
      ['as long as it says', { 'Cache-Control': 'public, max-age=600' }, 600],
      ['a minute at least', { 'Cache-Control': 'max-age=0' }, 60],
      ['a day at most', { 'Cache-Control': 'max-age=31536000' }, 86_400],
      ['a minute where it should not be kept', { 'Cache-Control': 'no-store, max-age=600' }, 60],
    ])('%s', async (_what, headers, seconds) => {
      host.serve(clientDocument(), headers);
      const before = host.requests.length;
      const fetches = async () => {
        await load(documents);
        return host.requests.length - before;
      };
      expect(await fetches()).toBe(1);
      pass(seconds - 1);
      expect(await fetches()).toBe(1);
      pass(2);
      expect(await fetches()).toBe(2);
    });

    it('until 500 newer ones are cached', async () => {
      host.answer((req, res) => {
        res.writeHead(200, { 'Content-Type': 'application/json' });
        res.end(JSON.stringify(clientDocument({ client_id: `https://${DOCUMENT_HOST}${req.url}` })));
      });
      const url = (index: number) => `https://${DOCUMENT_HOST}/${index}.json`;
      for (let index = 0; index <= 500; index += 1) await load(documents, url(index));
      const before = host.requests.length;
      await load(documents, url(500));
      await load(documents, url(1));
      expect(host.requests.length).toBe(before);
      await load(documents, url(0));
      expect(host.requests.length).toBe(before + 1);
    });
  });

  it('is one of at most 20 that are fetched at once', async () => {
    const held: ServerResponse[] = [];
    host.answer((_req, res) => void held.push(res));
    const loading = Array.from({ length: 21 }, (_, index) =>
      load(documents, `https://${DOCUMENT_HOST}/${index}.json`).catch((error: Error) => error),
    );
    expect(await loading.at(-1)).toMatchObject({
      message: expect.stringMatching(/Too many sign-ins/),
      status: 503,
    });
    await expect.poll(() => held.length).toBe(20);
    for (const res of held) res.writeHead(404).end();
    const errors = (await Promise.all(loading)).slice(0, 20) as Error[];
    expect(new Set(errors.map(({ message }) => message)).size).toBe(1);
    expect(errors[0]?.message).toMatch(/no description/);
  });

  it('comes only from allowed domains and their subdomains, when there is a list', async () => {
    expect(await load(createClientDocuments(['example.test'], host.agent))).toBeDefined();
    for (const domain of ['example.org', 'ample.test', 'other.client.example.test']) {
      const before = host.connections();
      await expect(load(createClientDocuments([domain], host.agent))).rejects.toThrow(/that domain/);
      expect(host.connections()).toBe(before);
    }
  });
});
