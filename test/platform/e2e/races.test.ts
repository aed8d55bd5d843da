import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/platform/config/config.js';
import { createRecords } from '../../../src/platform/oauth/records.js';
import { sweep } from '../../../src/platform/oauth/tokens/sweep.js';
import { openStore } from '../../../src/platform/store/database.js';
import { freePort } from '../../support/app/port.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  pkce,
  type Registration,
  refresh,
  register,
  registerRaw,
  signIn,
  signInForTokens,
  type Tokens,
} from '../../support/oauth/oauth.js';
import { cliFor } from '../../support/programs/cli.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../support/programs/postgres.js';
import { startServer, type TestServer } from '../../support/programs/server.js';
import fixture from '../fixture/server.js';

/** How many requests each race has, half of them on either server. */
const AT_ONCE = 50;

describe.skipIf(postgresProgram === undefined)('two servers on one PostgreSQL', () => {
  let database: TestPostgres;
  let servers: [TestServer, TestServer];
  let admin: pg.Client;
  beforeAll(async () => {
    database = await startPostgres({ deadlock_timeout: '100ms' });
    const port = String(await freePort());
    const environment = {
      DATABASE_URL: database.url,
      PUBLIC_URL: `http://localhost:${port}`,
      RATE_LIMIT_SCALE: '100',
    };
    servers = await Promise.all([startServer({ ...environment, PORT: port }), startServer(environment)]);
    admin = await database.connect();
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await database.stop();
  });

  /** Sends the same request to the servers by turns, all at once. */
  const race = (send: (url: string, index: number) => Promise<Response>, count = AT_ONCE) =>
    Promise.all(Array.from({ length: count }, (_, index) => send(urlOf(index), index)));
  const urlOf = (index: number) => servers[index % 2 === 0 ? 0 : 1].listening;
  const count = async (table: string, where = 'true') =>
    Number((await admin.query(`select count(*) from ${table} where ${where}`)).rows[0].count);

  it('of 50 redemptions of one code, one succeeds, and then its tokens end too', async () => {
    const signedIn = await signIn(servers[0].url);
    const answers = await race((url) => signedIn.redeem({}, url));
    expect(statusesOf(answers)).toEqual({ 200: 1, 400: AT_ONCE - 1 });
    const winner = answers.find(({ status }) => status === 200) as Response;
    const tokens = { client: signedIn.client, ...((await winner.json()) as Tokens) };
    expect((await refresh(servers[1].listening, tokens)).status).toBe(400);
    expect(await count('grants', `client_id = '${signedIn.client.client_id}'`)).toBe(0);
  });

  it('50 refreshes with one token get the same successor, and all their access tokens work', async () => {
    const tokens = await signInForTokens(servers[0].url);
    const before = await count('refresh_tokens');
    const answers = await race((url) => refresh(url, tokens));
    expect(statusesOf(answers)).toEqual({ 200: AT_ONCE });
    const all = (await Promise.all(answers.map((answer) => answer.json()))) as Tokens[];
    expect(new Set(all.map(({ refresh_token }) => refresh_token)).size).toBe(1);
    expect(await count('refresh_tokens')).toBe(before + 1);
    const calls = await Promise.all(
      all.map(({ access_token }, index) => callMcp(urlOf(index), access_token)),
    );
    expect(statusesOf(calls)).toEqual({ 200: AT_ONCE });
  });

  it('of ten decisions on one sign-in, one counts', async () => {
    const client = await register(servers[0].url, { client_name: 'Decided at once' });
    const browsers = [0, 1].map((index) => new Browser(urlOf(index)));
    const target = authorizeUrl(servers[0].url, client.client_id, pkce().challenge);
    const fields = (await browsers[0]?.open(target)) ?? {};
    for (const [name, value] of browsers[0]?.cookies ?? []) browsers[1]?.cookies.set(name, value);
    const answers = await race(
      (_url, index) => browsers[index % 2]?.submit(fields, { Origin: servers[0].url }) as Promise<Response>,
      10,
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    expect(await count('grants', `client_id = '${client.client_id}'`)).toBe(1);
  });

  it('50 equal registrations get one client, and 50 different ones get one each', async () => {
    const send = (name: (index: number) => string) =>
      race((url, index) => registerRaw(url, metadataOf(name(index))));
    const idsOf = async (answers: Response[]) =>
      new Set(
        (await Promise.all(answers.map((answer) => answer.json()))).map(
          (answer) => (answer as { client_id: string }).client_id,
        ),
      );
    const equal = await send(() => 'the same');
    expect(statusesOf(equal)).toEqual({ 201: AT_ONCE });
    expect((await idsOf(equal)).size).toBe(1);
    expect((await idsOf(await send((index) => `number ${index}`))).size).toBe(AT_ONCE);
  });

  it('failed sign-ins count together on both, and at the same moment', async () => {
    const answers = await race(async (url) => {
      const client = await register(url);
      const browser = new Browser(url);
      const target = authorizeUrl(url, client.client_id, pkce().challenge);
      return browser.submit(await browser.open(target, 'bea', 'wrong'), { Origin: servers[0].url });
    }, 12);
    expect(statusesOf(answers)).toEqual({ 401: 8, 429: 4 });
    const { rows } = await admin.query(
      "select min(hits), max(hits) from rate_limits where key like 'login:%'",
    );
    expect(rows).toEqual([{ min: expect.toSatisfy((least: number) => least >= 0), max: 8 }]);
  });

  it('refreshes, revocations, redemptions, cleaning up and commands never wait for each other in a circle', async () => {
    const cli = cliFor(database.url);
    const stores = await Promise.all(
      [1, 2].map(() => openStore(database.url, { migrations: fixture.migrations })),
    );
    const homes = stores.map((store) =>
      createRecords({
        config: parseConfig({}),
        store,
        logger: { warn() {} },
        accounts: fixture.accounts(store),
      }),
    );
    const statuses: number[] = [];
    const ended = new AbortController();
    const repeatedly = async (act: (round: number) => Promise<unknown>) => {
      for (let round = 0; !ended.signal.aborted; round += 1) await act(round);
    };
    const cleaning = homes.flatMap((records) => [
      repeatedly(() => sweep(records.expiring)),
      repeatedly(() => records.grants.endAll({ username: 'ann' })),
      repeatedly((round) => records.documentCopies.save(`https://client.example/${round % 7}`, '{}')),
    ]);
    const commands = (async () => {
      for (const command of ['grant revoke --user ann', 'client prune --days 0', 'keys rotate --now']) {
        const { err } = await cli(command);
        if (!/^$|no matching grants/.test(err.trim())) throw new Error(`${command}: ${err}`);
      }
    })();
    for (let round = 0; round < 4; round += 1) {
      const clients = await Promise.all([register(urlOf(0)), register(urlOf(1))]);
      const signIns = await Promise.all(
        clients.flatMap((client) =>
          [0, 1].map(() => signIn(servers[0].url, { client }).catch(() => undefined)),
        ),
      );
      await Promise.all(
        signIns.flatMap((signedIn, index) => {
          if (signedIn === undefined) return [];
          return [0, 1, 2].map(async (part) => {
            const answer = await signedIn.redeem({}, urlOf(index + part));
            statuses.push(answer.status);
            if (answer.status !== 200) return;
            const tokens = { client: signedIn.client, ...((await answer.json()) as Tokens) };
            const storm = await race((url, each) => {
              if (each % 4 === 3) return revokeAt(url, tokens);
              return refresh(url, tokens);
            }, 12);
            statuses.push(...storm.map(({ status }) => status));
          });
        }),
      );
      await Promise.all(clients.map(({ client_id }) => homes[0]?.deleteClient(client_id)));
    }
    ended.abort();
    await Promise.all([...cleaning, commands]);
    await Promise.all(stores.map((store) => store.destroy()));
    expect(statuses.length).toBeGreaterThan(20);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
  });

  it('PostgreSQL had no deadlock to resolve in any of this', async () => {
    await admin.query('select pg_stat_force_next_flush()');
    const { rows } = await admin.query('select sum(deadlocks)::int as deadlocks from pg_stat_database');
    expect(rows).toEqual([{ deadlocks: 0 }]);
    expect(database.log()).not.toContain('deadlock detected');
  });
});

function statusesOf(answers: Response[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

const metadataOf = (client_name: string) => ({
  redirect_uris: [CALLBACK],
  client_name,
  token_endpoint_auth_method: 'none',
});

const revokeAt = (url: string, { client, refresh_token, access_token }: Tokens & { client: Registration }) =>
  fetch(`${url}/revoke`, {
    method: 'POST',
    body: new URLSearchParams({
      token: Math.random() < 0.5 ? refresh_token : access_token,
      client_id: client.client_id,
    }),
  });

const callMcp = (url: string, token: string) =>
  fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  });
