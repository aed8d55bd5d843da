import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/platform/config/config.js';
import { createRecords } from '../../../src/platform/oauth/records.js';
import { sweep } from '../../../src/platform/oauth/tokens/sweep.js';
import { openStore } from '../../../src/platform/store/database.js';
import { LOCK_ORDER } from '../../../src/platform/store/locks.js';
import { refresh, register, signIn, signInForTokens } from '../../support/oauth/oauth.js';
import { cliFor } from '../../support/programs/cli.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../support/programs/postgres.js';
import { startServer, type TestServer } from '../../support/programs/server.js';
import fixture from '../fixture/server.js';

/** The statements of a log in which every line begins with the id of its session: one list for each transaction. */
function transactionsIn(log: string): string[][] {
  const transactions: string[][] = [];
  const open = new Map<string, string[]>();
  for (const [, session = '', statement = ''] of log.matchAll(
    /^(\d+) LOG: {2}(?:statement|execute [^:]*): (.*)$/gm,
  )) {
    if (/^(begin|start transaction)/i.test(statement)) open.set(session, []);
    else if (/^commit/i.test(statement)) transactions.push(open.get(session) ?? []);
    else if (open.has(session)) open.get(session)?.push(statement);
    else transactions.push([statement]);
    if (/^(commit|rollback)/i.test(statement)) open.delete(session);
  }
  return transactions;
}

const tableOf = (statement: string) =>
  /^(?:insert into|update|delete from) "(\w+)"/.exec(statement)?.[1] ??
  /^select .* from "(\w+)".* for update/.exec(statement)?.[1];
const takesTurn = (statement: string) => statement.includes('pg_advisory_xact_lock');
/** A statement on one row names it first, by its primary key or another unique column. */
const ONE_ROW =
  /^(?:delete from|update) (?:"(?:oauth_clients|client_documents)".* where "client_id"|"people".* where "username"|.* where "(?:id|\w+_hash|key|kid|name)") = /;

/** Returns what a transaction does that another could wait for in a circle. */
function faultsOf(transaction: string[]): string[] {
  // A table that comes again, such as that of a grant which is locked, then ended, holds no further row.
  const tables = [...new Set(transaction.flatMap((statement) => tableOf(statement) ?? []))];
  const places = tables.map((table) => LOCK_ORDER.indexOf(table as (typeof LOCK_ORDER)[number]));
  const inOrder = places.every((place, index) => place >= (places[index - 1] ?? place));
  const known = tables.length === 1 || !places.includes(-1);
  const lateTurn = transaction.findIndex(takesTurn) > 0 || transaction.filter(takesTurn).length > 1;
  const manyRows = transaction.filter(
    (statement) =>
      statement.startsWith('delete') && !ONE_ROW.test(statement) && !/for update/.test(statement),
  );
  return [
    ...(known || tables.length === 0 ? [] : [`tables without a place in the order: ${tables.join(', ')}`]),
    ...(inOrder ? [] : [`against the order: ${tables.join(', ')}`]),
    ...(lateTurn ? [`a turn that is not first: ${transaction.join('; ')}`] : []),
    ...(transaction.some(takesTurn) ? [] : manyRows).map(
      (statement) => `many rows in no order: ${statement}`,
    ),
  ];
}

/** Makes a transaction fail that needs a second connection for one of its queries. */
const ONE_CONNECTION = { DATABASE_POOL_SIZE: '1' };

describe('the check of the order', () => {
  it.each([
    [['update "refresh_tokens" set', 'update "grants" set'], /against the order/],
    [['delete from "grants" where "id" = $1', 'insert into "people"'], /without a place/],
    [['insert into "grants"', 'select pg_advisory_xact_lock(1)'], /a turn that is not first/],
    [['delete from "grants" where "username" = $1'], /many rows/],
  ])('finds %j', (transaction, fault) => {
    expect(faultsOf(transaction).join()).toMatch(fault);
  });
});

describe.skipIf(postgresProgram === undefined)('on PostgreSQL', () => {
  let database: TestPostgres;
  let server: TestServer;
  beforeAll(async () => {
    database = await startPostgres({ log_statement: 'all', log_line_prefix: '%p ' });
    server = await startServer({ DATABASE_URL: database.url, ...ONE_CONNECTION });
  });
  afterAll(() => Promise.all([database.stop(), server.stop()]));

  it('every transaction of the server and of the command line locks in the one order, and needs one connection', async () => {
    const { url } = server;
    const cli = cliFor(database.url, ONE_CONNECTION);
    const tokens = await signInForTokens(url);
    expect((await refresh(url, tokens)).status).toBe(200);
    for (const token of [tokens.access_token, tokens.refresh_token]) await revoke(url, tokens, token);
    const again = await signIn(url);
    for (const status of [200, 400]) expect((await again.redeem()).status).toBe(status);
    const client = await register(url, { client_name: 'Deleted', token_endpoint_auth_method: 'none' });
    await signInForTokens(url, { client });
    for (const command of [
      `client delete ${client.client_id}`,
      'client prune --days 0',
      'grant revoke --user ann',
      'user disable bea',
      'keys rotate --now',
      'token create ci',
      'token revoke ci',
    ]) {
      const { code, err } = await cli(command);
      if (code !== 0 && !err.includes('no matching grants')) throw new Error(`${command}: ${err}`);
    }
    await cleanUp(database.url);

    const recorded = transactionsIn(await wholeLog(database));
    const tables = recorded.map((transaction) =>
      transaction.flatMap((each) => tableOf(each) ?? []).join(' '),
    );
    for (const expected of [
      'authorization_requests oauth_clients grants authorization_codes',
      'grants authorization_codes refresh_tokens',
      'grants refresh_tokens refresh_tokens',
      'grants revoked_access_tokens',
      'authorization_requests oauth_clients grants',
      'client_documents client_documents',
    ]) {
      expect(tables).toContain(expected);
    }
    expect(recorded.filter((each) => each.some(takesTurn)).length).toBeGreaterThan(3);
    expect(recorded.filter(isOurs).flatMap(faultsOf)).toEqual([]);
  });
});

/** Migrations have a lock of their own, and run before anything else. */
const isOurs = (transaction: string[]) =>
  !transaction.some((statement) => /create table|alter table|_migration/.test(statement));

async function revoke(url: string, { client }: { client: { client_id: string } }, token: string) {
  const body = new URLSearchParams({ token, client_id: client.client_id });
  expect((await fetch(`${url}/revoke`, { method: 'POST', body })).status).toBe(200);
}

/** Does what the server does every ten minutes, and what fetching a document does. */
async function cleanUp(databaseUrl: string): Promise<void> {
  const store = await openStore(databaseUrl, {
    migrations: fixture.migrations,
    limits: { databasePoolSize: 1 },
  });
  const accounts = fixture.accounts(store);
  const records = createRecords({ config: parseConfig({}), store, logger: { warn() {} }, accounts });
  await records.documentCopies.save('https://client.example/id', '{}');
  await sweep(records.expiring);
  await store.destroy();
}

/** Waits until the server has logged everything up to now. */
async function wholeLog(database: TestPostgres): Promise<string> {
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query("select 'the end of the log'");
  await client.end();
  await expect.poll(() => database.log()).toContain('the end of the log');
  return database.log();
}
