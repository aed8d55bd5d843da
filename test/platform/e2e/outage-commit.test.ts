import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenWorks } from '../../support/app/clients.js';
import { signIn, type Tokens } from '../../support/oauth/oauth.js';
import { type PauseProxy, startPauseProxy } from '../../support/programs/pause-proxy.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../support/programs/postgres.js';
import { startServer, type TestServer } from '../../support/programs/server.js';

/** Makes every commit that adds a row to this table wait for as long as the lock is held. */
const holdCommits = (table: string) => `
  create or replace function wait_for_lock() returns trigger language plpgsql
    as 'begin perform pg_advisory_xact_lock(1); return null; end';
  create constraint trigger hold after insert on ${table}
    deferrable initially deferred for each row execute function wait_for_lock()`;

describe.skipIf(postgresProgram === undefined)('when the connection is lost during a commit', () => {
  let database: TestPostgres;
  let network: PauseProxy;
  let server: TestServer;
  let admin: pg.Client;
  beforeAll(async () => {
    database = await startPostgres();
    network = await startPauseProxy(database.url);
    server = await startServer({ DATABASE_URL: network.url });
    admin = await database.connect();
  });
  afterAll(async () => {
    await server.stop();
    await network.stop();
    await database.stop();
  });

  /**
   * Holds the next commit that adds a row to a table.
   *
   * @returns waits for it, and loses its connection. One that is cut is unknown to PostgreSQL, which goes on
   */
  async function hold(table: string): Promise<(how: 'cut' | 'end') => Promise<void>> {
    await admin.query(holdCommits(table));
    await admin.query('select pg_advisory_lock(1)');
    return async (how) => {
      const held = `from pg_stat_activity where query = 'commit' and wait_event = 'advisory'`;
      await expect.poll(async () => (await admin.query(`select ${held}`)).rowCount).toBe(1);
      if (how === 'cut') network.cut();
      else await admin.query(`select pg_terminate_backend(pid) ${held}`);
      await admin.query('select pg_advisory_unlock(1)');
      await admin.query(`drop trigger hold on ${table}`);
    };
  }

  it.each(['cut', 'end'] as const)(
    'a code is redeemed once, and its client gets tokens (%s)',
    async (how) => {
      const { redeem } = await signIn(server.url);
      const lose = await hold('refresh_tokens');
      const redeemed = redeem();
      await lose(how);
      let answer = await redeemed;
      expect(answer.status).toBe(how === 'cut' ? 200 : 503);
      if (answer.status === 503) answer = await redeem();
      const { access_token } = (await answer.json()) as Tokens;
      expect(await tokenWorks(server.mcpUrl, access_token)).toBe(true);
    },
  );

  it('a sign-in that was stored is answered with its code', async () => {
    const lose = await hold('authorization_codes');
    const signedIn = signIn(server.url);
    await lose('cut');
    const { redeem } = await signedIn;
    expect((await redeem()).status).toBe(200);
  });
});
