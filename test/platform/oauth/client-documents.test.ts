import { Agent, type AgentOptions } from 'node:https';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ClientDocuments, createClientDocuments } from '../../../src/platform/oauth/client-documents.js';
import {
  clientDocument,
  DOCUMENT_HOST,
  DOCUMENT_URL,
  type DocumentHost,
  load,
  resolvesTo,
  startDocumentHost,
} from '../../support/document-host.js';

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
    ['a method with a secret', { token_endpoint_auth_method: 'client_secret_basic' }, /not valid/],
    ['no name', { client_name: undefined }, /not valid/],
    ['no redirect_uris', { redirect_uris: [] }, /not valid/],
    ['a dangerous redirect_uri', { redirect_uris: ['javascript:alert(1)'] }, /not valid/],
    ['9 kB', { filler: 'x'.repeat(9000) }, /too large/],
  ])('with %s is refused', async (_what, changes, message) => {
    host.serve(clientDocument(changes));
    await expect(load(documents)).rejects.toThrow(message);
  });

  it('is taken from JSON only, and from 200 only', async () => {
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

  it('is given up after 5 seconds, in silence and in an endless trickle', async () => {
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

  it('of a host whose certificate nobody vouches for is refused', async () => {
    const stranger = new Agent({ lookup: resolvesTo('127.0.0.1'), port: host.port } as AgentOptions);
    const before = host.requests.length;
    await expect(load(createClientDocuments([], stranger))).rejects.toThrow(/could not be fetched/);
    expect(host.requests.length).toBe(before);
  });

  it('is fetched once while it is fresh, also by many at once; errors are not kept', async () => {
    host.answer((_req, res) => void res.writeHead(500).end());
    await expect(load(documents)).rejects.toThrow();
    host.serve(clientDocument());
    const before = host.requests.length;
    await Promise.all(Array.from({ length: 10 }, () => load(documents)));
    await load(documents);
    expect(host.requests.length - before).toBe(1);
  });

  it('comes from allowed domains and their subdomains only, when there is a list', async () => {
    expect(await load(createClientDocuments(['example.test'], host.agent))).toBeDefined();
    for (const domain of ['example.org', 'ample.test', 'other.client.example.test']) {
      const before = host.connections();
      await expect(load(createClientDocuments([domain], host.agent))).rejects.toThrow(/that domain/);
      expect(host.connections()).toBe(before);
    }
  });
});
