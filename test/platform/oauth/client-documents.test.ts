import { Agent, type AgentOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ClientDocuments, createClientDocuments } from '../../../src/platform/oauth/client-documents.js';
import { PublicOnlyAgent } from '../../../src/platform/oauth/public-only-agent.js';
import {
  clientDocument,
  DOCUMENT_HOST,
  DOCUMENT_URL,
  type DocumentHost,
  startDocumentHost,
} from '../../support/document-host.js';

const anyTime = async () => {};
const load = (documents: ClientDocuments, url = DOCUMENT_URL) => documents.load(url, anyTime);

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

/** Special-use networks of the IANA registries, as a base address and the number of fixed bits. */
const SPECIAL_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;
const SPECIAL_V6 = [
  ['0000:0000', 96],
  ['0064:ff9b', 96],
  ['0064:ff9b:0001', 48],
  ['0100:0000', 64],
  ['2001:0000', 32],
  ['2001:0db8', 32],
  ['3fff:0000', 20],
  ['5f00:0000', 16],
  ['2002:0000', 16],
  ['fc00:0000', 7],
  ['fe80:0000', 10],
  ['fec0:0000', 10],
  ['ff00:0000', 8],
] as const;

/** Fills the bits of an address that its network leaves open. */
function within(base: bigint, bits: number, width: number, open: bigint): bigint {
  const mask = (1n << BigInt(width - bits)) - 1n;
  return (base & ~mask) | (open & mask);
}
const v4 = fc
  .tuple(fc.constantFrom(...SPECIAL_V4), fc.bigInt(0n, 2n ** 32n - 1n))
  .map(([[base, bits], open]) => {
    const number = base.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
    const address = within(number, bits, 32, open);
    return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.');
  });
const v6 = fc
  .tuple(fc.constantFrom(...SPECIAL_V6), fc.bigInt(0n, 2n ** 128n - 1n))
  .map(([[base, bits], open]) => {
    const hex = base.replaceAll(':', '').padEnd(32, '0');
    const address = within(BigInt(`0x${hex}`), bits, 128, open)
      .toString(16)
      .padStart(32, '0');
    return (address.match(/.{4}/g) ?? []).join(':');
  });
const mapped = v4.map((address) => `::ffff:${address}`);
const special = fc.oneof(v4, v6, mapped, fc.constantFrom('255.255.255.255', '::', '::1', '::ffff:0:7f00:1'));

function resolvesTo(...addresses: string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (_hostname, options, callback) => {
    if (options.all) callback(null, all);
    else callback(null, all[0]?.address ?? '', all[0]?.family);
  };
}

describe('nothing special-use is ever connected to', () => {
  let before: number;
  beforeEach(() => {
    before = host.connections();
  });
  afterEach(() => expect(host.connections()).toBe(before));

  it('whatever special-use address a name resolves to, alone or beside a public one', async () => {
    const agent = new PublicOnlyAgent();
    const checked = fc.asyncProperty(special, fc.boolean(), async (address, alone) => {
      const lookup = resolvesTo(...(alone ? [address] : ['8.8.8.8', address]));
      const error = await new Promise<Error>((resolve) => {
        const socket = agent.createConnection({ host: DOCUMENT_HOST, port: host.port, lookup }, undefined);
        socket?.on('error', resolve);
        socket?.on('connect', () => resolve(new Error('connected')));
      });
      expect(error.message, address).toMatch(/is not allowed/);
    });
    await fc.assert(checked, { numRuns: 1000 });
  });

  it('whatever spelling of an address, port, user or path stands in the URL', async () => {
    const spelled = fc.oneof(
      v4,
      v6.map((address) => `[${address}]`),
      mapped.map((address) => `[${address}]`),
      fc.bigInt(0n, 2n ** 32n - 1n).map(String),
      fc.bigInt(0n, 2n ** 32n - 1n).map((number) => `0x${number.toString(16)}`),
      fc.constantFrom(
        'localhost',
        'localhost.',
        '127.1',
        '0177.0.0.1',
        '127.0.0.1.',
        '0',
        '１２７.0.0.1',
        'intranet',
      ),
      fc.nat(65_535).map((port) => `${DOCUMENT_HOST}:${port}`),
      fc.constantFrom(
        `user@${DOCUMENT_HOST}`,
        `:@${DOCUMENT_HOST}`,
        `${DOCUMENT_HOST}.`,
        DOCUMENT_HOST.toUpperCase(),
      ),
    );
    const path = fc.constantFrom(
      '/client.json',
      '/',
      '',
      '/a/../b',
      '/%2e%2e/b',
      '/a#',
      '/a#b',
      '/a b',
      '\\a',
    );
    const acceptable = new Set([`https://${DOCUMENT_HOST}/client.json`]);
    const checked = fc.asyncProperty(spelled, path, async (name, rest) => {
      const url = `https://${name}${rest}`;
      fc.pre(!acceptable.has(url));
      await expect(load(createClientDocuments([], host.agent), url), url).rejects.toThrow(/not acceptable/);
    });
    await fc.assert(checked, { numRuns: 1000 });
  });

  it('a name that changes its address between look-ups', async () => {
    let lookups = 0;
    const lookup: LookupFunction = (_hostname, options, callback) => {
      lookups += 1;
      resolvesTo(lookups === 1 ? '192.0.2.7' : '127.0.0.1')(_hostname, options, callback);
    };
    const documents = createClientDocuments([], new PublicOnlyAgent({ lookup, port: host.port }));
    await expect(load(documents)).rejects.toThrow();
    await expect(load(documents)).rejects.toThrow();
    expect(lookups).toBe(2);
  });

  it('a trap on this machine stays untouched', async () => {
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '0.0.0.0', '::', '::127.0.0.1']) {
      const trap = new PublicOnlyAgent({ lookup: resolvesTo(address), port: host.port });
      await expect(load(createClientDocuments([], trap)), address).rejects.toThrow(/could not be fetched/);
    }
  });
});

it('the trap would notice: an unfiltered agent does connect', async () => {
  const before = host.connections();
  await load(createClientDocuments([], host.agent));
  expect(host.connections()).toBe(before + 1);
});
