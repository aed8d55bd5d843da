import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectStore } from '../../../src/platform/store/database.js';
import { platformMigrations } from '../../../src/platform/store/migrations/index.js';
import { post } from '../../support/app/clients.js';
import { CALLBACK, refresh, signInForTokens, type Tokens, tokenRequest } from '../../support/oauth/oauth.js';
import { type ReleasedDatabase, releasedEngines } from '../../support/programs/released.js';
import { startExample, type TestServer } from '../../support/programs/server.js';

type Rows = Record<string, Record<string, unknown>[]>;

/** Reads everything in a database, by table. */
async function contents(url: string): Promise<Rows> {
  const store = await connectStore(url);
  const tables = await store.introspection.getTables({ withInternalKyselyTables: true });
  const all: Rows = {};
  for (const { name } of tables) {
    const rows = await store.selectFrom(name).selectAll().execute();
    all[name] = rows.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  await store.destroy();
  return all;
}

const withNewPriceName = (products: Rows[string] = []) =>
  products.map(({ price_cents, ...product }) => ({ ...product, price_minor: price_cents }));
const ids = (rows: Rows[string] = [], id: string) => rows.map((row) => row[id]).toSorted();
/** Leaves out the columns that an upgrade added. */
const withColumnsOf = ([first = {}]: Rows[string] = [], rows: Rows[string] = []) =>
  rows.map((row) => Object.fromEntries(Object.keys(first).map((column) => [column, row[column]])));
/** Orders rows and columns, so that only their content is compared. */
const sorted = (rows: Rows[string] = []) =>
  rows.map((row) => JSON.stringify(Object.entries(row).toSorted())).toSorted();

describe.each(releasedEngines)('the database of version 1.0.0 as %s', (_engine, copy, isThere) => {
  let database: ReleasedDatabase;
  let servers: TestServer[];
  beforeEach(async () => {
    servers = [];
    if (isThere) database = await copy();
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    if (isThere) await database.remove();
  });
  const start = async (environment: Record<string, string> = {}) => {
    const server = await startExample({ DATABASE_URL: database.url, ...environment });
    servers.push(server);
    return server;
  };
  const stop = () => Promise.all(servers.splice(0).map((server) => server.stop()));

  it.skipIf(!isThere)('keeps users, products, orders, clients, grants, tokens and keys', async () => {
    const before = await contents(database.url);
    const server = await start();
    const after = await contents(database.url);
    expect(before['users']).toHaveLength(3);
    expect(before['orders']).toContainEqual(expect.objectContaining({ id: 'ORD-1007', status: 'cancelled' }));
    expect(sorted(after['products'])).toEqual(sorted(withNewPriceName(before['products'])));
    for (const table of [
      'users',
      'orders',
      'oauth_clients',
      'grants',
      'refresh_tokens',
      'authorization_codes',
      'revoked_access_tokens',
      'service_tokens',
      'signing_keys',
      'server_secrets',
    ]) {
      expect(before[table]?.length, table).toBeGreaterThan(0);
      expect(withColumnsOf(before[table], after[table]), table).toEqual(before[table]);
    }
    const { keys } = (await (await fetch(`${server.url}/.well-known/jwks.json`)).json()) as {
      keys: { kid: string }[];
    };
    const unexpired = before['signing_keys']?.filter(({ expires_at }) => expires_at === null);
    expect(keys.map(({ kid }) => kid)).toEqual(expect.arrayContaining(ids(unexpired, 'kid')));
  });

  it.skipIf(!isThere)('leaves everyone signed in', async () => {
    const { public_url, client_id, code, code_verifier, service_token, refresh_token } = database.secrets;
    const client = { client_id };
    const { listening } = await start({ PUBLIC_URL: public_url });
    const refreshed = await refresh(listening, { client, refresh_token });
    expect(refreshed.status).toBe(200);
    const { access_token, scope } = (await refreshed.json()) as Tokens;
    expect(scope).toBe('read orders:write');
    const form = { grant_type: 'authorization_code', client_id, code, code_verifier, redirect_uri: CALLBACK };
    const redeemed = (await (await tokenRequest(listening, form)).json()) as Tokens;
    const call = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'get_product_info', arguments: { product_id: 'lamp-arc' } },
    };
    for (const token of [access_token, redeemed.access_token, service_token]) {
      const response = await post(`${listening}/mcp`, call, { Authorization: `Bearer ${token}` });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('189.00 EUR');
    }
    const elsewhere = await start();
    const carol = { username: 'carol', password: 'a password of hers' };
    expect((await signInForTokens(elsewhere.url, { client, ...carol })).scope).toBe('read');
  });

  it.skipIf(!isThere)('is started by two servers at once, and a later start changes nothing', async () => {
    const before = await contents(database.url);
    await Promise.all([start(), start()]);
    await stop();
    const upgraded = await contents(database.url);
    expect(sorted(upgraded['products'])).toEqual(sorted(withNewPriceName(before['products'])));
    expect(upgraded['orders']).toEqual(before['orders']);
    expect(ids(upgraded['kysely_migration'], 'name')).toEqual(Object.keys(platformMigrations));
    await start();
    await stop();
    expect(await contents(database.url)).toEqual(upgraded);
  });
});
