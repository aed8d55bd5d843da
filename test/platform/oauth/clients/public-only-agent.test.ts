import { promises } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { type AgentOptions, get } from 'node:https';
import type { LookupFunction } from 'node:net';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClientDocuments } from '../../../../src/platform/oauth/clients/client-documents.js';
import { PublicOnlyAgent } from '../../../../src/platform/oauth/clients/public-only-agent.js';
import {
  DOCUMENT_HOST,
  DOCUMENT_URL,
  type DocumentHost,
  load,
  resolvesTo,
  startDocumentHost,
} from '../../../support/oauth/document-host.js';
import { type NameServer, startNameServer } from '../../../support/oauth/name-server.js';

let host: DocumentHost;
beforeAll(async () => {
  host = await startDocumentHost();
});
afterAll(() => host.stop());

/** The special-use networks of the IANA registries, as a base address and the number of fixed bits. */
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

/** Fills in the bits of an address that its network leaves open. */
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

describe('the agent never connects to a special-use address', () => {
  let before: number;
  beforeEach(() => {
    before = host.connections();
  });
  afterEach(() => expect(host.connections()).toBe(before));

  it('when a name resolves to one, alone or beside a public one', async () => {
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

  it('however the URL spells an address, port, user or path', async () => {
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

  it('when a name changes its address between lookups', async () => {
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

  it('as a trap on this machine shows', async () => {
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '0.0.0.0', '::', '::127.0.0.1']) {
      const trap = new PublicOnlyAgent({ lookup: resolvesTo(address), port: host.port });
      await expect(load(createClientDocuments([], trap)), address).rejects.toThrow(/could not be fetched/);
    }
  });
});

describe('names are resolved by the name servers, never by the system', () => {
  let names: NameServer;
  afterEach(() => names.stop());

  it('and their answers are filtered', async () => {
    names = await startNameServer('127.0.0.1');
    const before = host.connections();
    const agent = new PublicOnlyAgent({ port: host.port } as AgentOptions, [names.address]);
    await expect(load(createClientDocuments([], agent))).rejects.toThrow(/could not be fetched/);
    expect(new Set(names.asked)).toEqual(new Set([DOCUMENT_HOST]));
    expect(host.connections()).toBe(before);
  });

  it('and allowed answers are used', async () => {
    names = await startNameServer('127.0.0.1');
    const options = { port: host.port, ca: host.certificate, allowIPAddressList: ['127.0.0.1'] };
    const agent = new PublicOnlyAgent(options as AgentOptions, [names.address]);
    expect(await load(createClientDocuments([], agent))).toMatchObject({ clientId: DOCUMENT_URL });
  });

  it('and one that never answers does not hold up other lookups of this process', async () => {
    names = await startNameServer();
    const documents = createClientDocuments([], new PublicOnlyAgent({}, [names.address]));
    let ended = 0;
    const loading = Array.from({ length: 20 }, async (_, index) => {
      await expect(load(documents, `https://${DOCUMENT_HOST}/${index}.json`)).rejects.toThrow(/be fetched/);
      ended += 1;
    });
    await expect.poll(() => names.asked.length).toBe(40);
    expect(await lookup('localhost')).toBeDefined();
    expect(ended).toBe(0);
    await Promise.all(loading);
  });

  it('until the connection is abandoned', async () => {
    names = await startNameServer();
    const lookups = vi.spyOn(promises.Resolver.prototype, 'resolve4');
    const agent = new PublicOnlyAgent({}, [names.address]);
    const request = get(DOCUMENT_URL, { agent });
    const failed = once(request, 'error');
    await expect.poll(() => names.asked.length).toBe(2);
    request.destroy();
    await failed;
    await expect(lookups.mock.results[0]?.value).rejects.toMatchObject({ code: 'ECANCELLED' });
    lookups.mockRestore();
  });
});

it('the trap would notice: an unfiltered agent does connect', async () => {
  const before = host.connections();
  await load(createClientDocuments([], host.agent));
  expect(host.connections()).toBe(before + 1);
});
