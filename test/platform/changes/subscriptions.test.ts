import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Caller } from '../../../src/platform/caller.js';
import { defineResource, defineResourceTemplate, defineTool } from '../../../src/platform/mcp/define.js';
import { notifyChanged } from '../../../src/platform/store/changes.js';
import { inTransaction } from '../../../src/platform/store/transaction.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { connectLegacy, connectModern, post } from '../../support/app/clients.js';
import { onlyOnFile, openTestStore } from '../../support/app/database.js';
import { failingStore } from '../../support/app/failing-store.js';
import { listen, subscribed } from '../../support/app/listen.js';

const text = { title: 'T', description: 'T', mimeType: 'text/plain', read: () => 'text' };
const menu = defineResource({ ...text, name: 'menu', uri: 'bistro://menu', scopes: ['notes:read'] });
const dish = defineResourceTemplate({
  ...text,
  name: 'dish',
  uriTemplate: 'bistro://dishes/{dish}',
  scopes: ['notes:read'],
});
const secretDish = defineResource({
  ...text,
  name: 'secret-dish',
  uri: 'bistro://dishes/secret',
  scopes: ['notes:write'],
});
const table = defineResourceTemplate({
  ...text,
  name: 'table',
  uriTemplate: 'bistro://tables/{guest}',
  scopes: ['notes:read'],
  subscribable: (caller, uri) => uri === `bistro://tables/${caller.id}`,
});
const cook = defineTool({
  name: 'cook',
  title: 'Cook',
  description: 'Cooks a soup',
  scopes: ['notes:read'],
  handler: async (_args, { notify }) => {
    await notify('bistro://dishes/soup');
    return 'cooked';
  },
});

let app: TestApp;
const revoked = new Set<string>();
const demoted = new Set<string>();
beforeEach(async () => {
  revoked.clear();
  demoted.clear();
  /** Tokens are the name of a user and, behind a dash, one of their scopes. */
  const verify = (token: string): Caller | undefined => {
    const [id = '', scope = demoted.has(token) ? 'write' : 'read'] = token.split('-');
    if (revoked.has(token)) return undefined;
    return { kind: 'user', id, name: id, scopes: [`notes:${scope}`], clientId: 'one' };
  };
  const resources = [menu, dish, secretDish, table];
  app = await startApp({ tools: [cook], resources }, {}, { verifiers: [verify] });
});
afterEach(async () => {
  vi.useRealTimers();
  await app.stop();
});
const changed = (uri: string) => notifyChanged(app.store, uri);

describe('a client that subscribes to resources', () => {
  it('is told when one of them changes, and of no other', async () => {
    const stream = await subscribed(app.mcpUrl, ['bistro://menu', 'bistro://dishes/soup'], 'ann');
    expect(stream.acknowledged).toEqual({
      resourceSubscriptions: ['bistro://menu', 'bistro://dishes/soup'],
    });
    await changed('bistro://dishes/fish');
    await changed('bistro://menu');
    expect(await stream.next()).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/resources/updated',
      params: { uri: 'bistro://menu', _meta: { 'io.modelcontextprotocol/subscriptionId': 1 } },
    });
    await changed('bistro://dishes/soup');
    expect(await stream.nextUri()).toBe('bistro://dishes/soup');
    expect(stream.waiting).toEqual([]);
    stream.drop();
  });

  it('is told of what a tool changes', async () => {
    const stream = await subscribed(app.mcpUrl, ['bistro://dishes/soup'], 'ann');
    const client = await connectModern(app.mcpUrl, 'bea');
    await client.callTool({ name: 'cook' });
    expect(await stream.nextUri()).toBe('bistro://dishes/soup');
    await client.close();
    stream.drop();
  });

  it('is told once a transaction is committed, and not of one that is rolled back', async () => {
    const stream = await subscribed(app.mcpUrl, ['bistro://menu', 'bistro://dishes/soup'], 'ann');
    const failed = inTransaction(app.store, async (transaction) => {
      await notifyChanged(transaction, 'bistro://menu');
      throw new Error('no more soup');
    });
    await expect(failed).rejects.toThrow('no more soup');
    await inTransaction(app.store, (transaction) => notifyChanged(transaction, 'bistro://dishes/soup'));
    expect(await stream.nextUri()).toBe('bistro://dishes/soup');
    stream.drop();
  });

  it('is not told of what changed before', async () => {
    const first = await subscribed(app.mcpUrl, ['bistro://menu'], 'ann');
    await changed('bistro://menu');
    await first.next();
    first.drop();
    await changed('bistro://menu');
    const second = await subscribed(app.mcpUrl, ['bistro://menu', 'bistro://dishes/soup'], 'ann');
    await changed('bistro://dishes/soup');
    expect(await second.nextUri()).toBe('bistro://dishes/soup');
    second.drop();
  });

  it('is told of few of many changes of one resource, the last of them included', async () => {
    const stream = await subscribed(app.mcpUrl, ['bistro://menu', 'bistro://dishes/last'], 'ann');
    await inTransaction(app.store, async (transaction) => {
      for (let count = 0; count < 2000; count += 1) await notifyChanged(transaction, 'bistro://menu');
    });
    for (let count = 0; count < 100; count += 1) await changed('bistro://menu');
    await changed('bistro://dishes/last');
    let told = 0;
    while ((await stream.nextUri()) === 'bistro://menu') told += 1;
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThan(100);
    stream.drop();
  });

  it.each([
    ["bistro://dishes/mom's", 'bistro://dishes/mom%27s'],
    ['bistro://dishes/cr\u00e8me "br\u00fbl\u00e9e"', 'bistro://dishes/cr%C3%A8me%20%22br\u00fbl\u00e9e%22'],
  ])('is told of %s in its own spelling, %s', async (uri, spelled) => {
    const stream = await subscribed(app.mcpUrl, [spelled], 'ann');
    await changed(uri);
    expect(await stream.nextUri()).toBe(spelled);
    stream.drop();
  });

  it('learns that it can from the server, in the era that can', async () => {
    const modern = await connectModern(app.mcpUrl, 'ann');
    expect(modern.getServerCapabilities()?.resources).toEqual({ listChanged: false, subscribe: true });
    const legacy = await connectLegacy(app.mcpUrl, 'ann');
    expect(legacy.getServerCapabilities()?.resources).toEqual({ listChanged: false });
    await Promise.all([modern.close(), legacy.close()]);
  });
});

describe('a client is told only of what it may read', () => {
  it.each([
    ['a resource whose scope it has', 'ann', 'bistro://menu', true],
    ['one whose scope it does not have', 'ann-write', 'bistro://menu', false],
    ['a fixed one that a template with another scope matches, too', 'ann', 'bistro://dishes/secret', false],
    ['the same in another spelling', 'ann', 'bistro://dishes/%73ecret', false],
    ['the same with its scope', 'ann-write', 'bistro://dishes/secret', true],
    ['one that the definition gives to this caller', 'ann', 'bistro://tables/ann', true],
    ['the same in another spelling', 'ann', 'bistro://tables/%61nn', true],
    ['one that the definition gives to another', 'ann', 'bistro://tables/bea', false],
    ['one that does not exist', 'ann', 'bistro://unknown', false],
  ])('%s', async (_what, token, uri, isTold) => {
    const stream = await subscribed(app.mcpUrl, [uri], token);
    expect(stream.acknowledged).toEqual(isTold ? { resourceSubscriptions: [uri] } : {});
    // A stream that would never say anything ends at once, as it should.
    if (!isTold) expect(await stream.next()).toMatchObject({ id: 1, result: { resultType: 'complete' } });
    stream.drop();
  });

  it.each([
    ['whose token was revoked', () => revoked.add('ann')],
    ['who has other permissions', () => demoted.add('ann')],
  ])('and the stream of a caller %s ends at the next keep-alive', async (_who, lose) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const streams = [
      await subscribed(app.mcpUrl, ['bistro://menu'], 'ann'),
      await subscribed(app.mcpUrl, ['bistro://menu'], 'bea'),
    ] as const;
    lose();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await streams[0].next()).toBeUndefined();
    await changed('bistro://menu');
    await vi.advanceTimersByTimeAsync(1000);
    expect(await streams[1].nextUri()).toBe('bistro://menu');
    streams[1].drop();
  });
});

describe('a request for a stream is refused', () => {
  const many = Array.from({ length: 33 }, (_value, index) => `bistro://dishes/${index}`);
  it.each([
    ['with more resources than a stream has', many, {}, /^Too many resources: 32 .*Open another/],
    ['with long addresses', [`bistro://dishes/${'x'.repeat(5000)}`], {}, /may have 4096 characters/],
    ['with a long id', ['bistro://menu'], { id: 'x'.repeat(101) }, /^The id of a stream .*Send a shorter/],
    ['with something else than addresses', 'bistro://menu', {}, /resourceSubscriptions|notifications/],
    ['with numbers among them', ['bistro://menu', 1], {}, /resourceSubscriptions|notifications/],
  ])('%s', async (_what, uris, message, reason) => {
    const { response } = await listen(app.mcpUrl, uris, 'ann', message);
    expect(await response.json()).toMatchObject({
      error: { code: -32602, message: expect.stringMatching(reason) },
    });
  });

  it('while the database is down', async () => {
    onlyOnFile('Replicas do not listen on a store that a test has wrapped.');
    const { store, fail, recover } = failingStore(await openTestStore());
    const other = await startApp({ resources: [menu] }, {}, { store });
    fail();
    const { response } = await listen(other.mcpUrl, ['bistro://menu']);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ id: 1, error: { code: -32000 } });
    recover();
    const stream = await subscribed(other.mcpUrl, ['bistro://menu']);
    await notifyChanged(store, 'bistro://menu');
    expect(await stream.nextUri()).toBe('bistro://menu');
    await other.stop();
  });

  it('of the 2025 era, whose clients are not offered it', async () => {
    const message = {
      jsonrpc: '2.0',
      id: 1,
      method: 'resources/subscribe',
      params: { uri: 'bistro://menu' },
    };
    const response = await post(app.mcpUrl, message, { Authorization: 'Bearer ann' });
    expect(await response.text()).toContain('"code":-32601');
  });
});

it('a stopping server ends its streams with their result', async () => {
  const streams = await Promise.all(
    ['ann', 'bea'].map((token) => subscribed(app.mcpUrl, ['bistro://menu'], token)),
  );
  await app.stop();
  for (const stream of streams) {
    expect(await stream.next()).toMatchObject({ id: 1, result: { resultType: 'complete' } });
    expect(await stream.next()).toBeUndefined();
  }
  app.stop = async () => {};
});

describe('a change is refused', () => {
  it.each([
    ['of a URI that no notification can hold', `bistro://${'x'.repeat(8000)}`, RangeError],
    ['of what is not a URI', 'menu', TypeError],
    ['of a URI that PostgreSQL cannot write', 'bistro://a\0b', TypeError],
  ])('%s', async (_what, uri, error) => {
    await expect(changed(uri)).rejects.toThrow(error);
  });
});
