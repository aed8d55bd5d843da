import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/platform/logger.js';
import { openStore, type Store } from '../../../src/platform/store/database.js';
import { createReadiness } from '../../../src/platform/store/readiness.js';
import { type PauseProxy, startPauseProxy } from '../../support/programs/pause-proxy.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../support/programs/postgres.js';

const SILENT = { name: 'UnavailableError', message: 'The database does not answer' };

describe.skipIf(postgresProgram === undefined)('a database that falls silent', () => {
  let database: TestPostgres;
  let proxy: PauseProxy;
  let store: Store;
  let unreadiness: () => Promise<string | undefined>;
  let messages: string[];
  beforeAll(async () => {
    database = await startPostgres();
  });
  afterAll(() => database.stop());
  beforeEach(async () => {
    proxy = await startPauseProxy(database.url);
    messages = [];
    const logger = createLogger(
      { logLevel: 'info', logPretty: false },
      { write: (line) => void messages.push(JSON.parse(line).msg) },
    );
    store = await openStore(proxy.url, { logger, limits: { databasePoolSize: 4 } });
    unreadiness = createReadiness(store, logger);
  });
  afterEach(async () => {
    await store.destroy();
    await proxy.stop();
  });

  const ask = () => sql`select 1`.execute(store);
  const timed = async <T>(run: () => Promise<T>) => {
    const begun = performance.now();
    const result = await run();
    return { result, ms: performance.now() - begun };
  };

  it.each([
    ['answers again', () => proxy.resume()],
    ['returns to a network that forgot every connection', async () => proxy.lose()],
  ])(
    'is found out in two seconds, with a full pool, and serves two seconds after it %s',
    async (_what, end) => {
      await Promise.all([ask(), ask(), unreadiness()]);
      proxy.pause();
      const hung = Array.from({ length: 8 }, () => ask().then(() => undefined, String));
      const { result, ms } = await timed(unreadiness);
      expect(result).toBe('the database does not answer');
      expect(ms).toBeLessThan(2000);
      const refused = await timed(() => ask().catch((error: unknown) => error));
      expect(refused.result).toMatchObject(SILENT);
      expect(refused.ms).toBeLessThan(500);

      await end();
      const { ms: back } = await timed(() => expect.poll(unreadiness, { timeout: 10_000 }).toBe(undefined));
      await expect.poll(() => ask().then(() => 'works', String)).toBe('works');
      const { ms: serving } = await timed(() => Promise.all(hung));
      expect(back + serving).toBeLessThan(2000);
      expect(messages.filter((message) => message === 'a database connection broke').length).toBeLessThan(3);
    },
  );

  it('is noticed without anybody asking for readiness', async () => {
    await ask();
    proxy.pause();
    const hung = ask().catch((error: unknown) => error);
    const refusal = async () => (await timed(() => ask().catch(String))).ms < 100;
    await expect.poll(refusal, { timeout: 20_000 }).toBe(true);
    proxy.lose();
    await expect(hung).resolves.toMatchObject(SILENT);
    await expect.poll(() => ask().then(() => 'works', String)).toBe('works');
  });

  it('is not ready while PostgreSQL is down, and the log says it once', async () => {
    await Promise.all(Array.from({ length: 8 }, ask));
    await database.kill();
    for (let round = 0; round < 5; round += 1) {
      const { result, ms } = await timed(unreadiness);
      expect(result).toBe('the database does not answer');
      expect(ms).toBeLessThan(2000);
      await Promise.allSettled(Array.from({ length: 8 }, ask));
    }
    await database.start();
    const { ms } = await timed(() => expect.poll(unreadiness, { timeout: 10_000 }).toBe(undefined));
    expect(ms).toBeLessThan(2000);
    await ask();
    expect(messages).toEqual([
      'a database connection broke',
      'not ready',
      'ready again',
      'connected to the database again',
    ]);
  });

  it('is not ready when PostgreSQL no longer lets it in, and goes on with the connections it has', async () => {
    const admin = await database.connect();
    await admin.query('create role app superuser login');
    const url = new URL(proxy.url);
    url.username = 'app';
    const own = await openStore(url.href, { limits: { databasePoolSize: 2 } });
    const ownUnreadiness = createReadiness(own, createLogger({ logLevel: 'silent', logPretty: false }));
    const two = () => Promise.allSettled([1, 2].map(() => sql`select pg_sleep(0.1)`.execute(own)));
    expect(await ownUnreadiness()).toBe(undefined);
    await admin.query('alter role app nologin');
    expect((await two()).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await ownUnreadiness()).toBe('the database does not answer');
    await sql`select 1`.execute(own);
    await admin.query('alter role app login');
    expect(await ownUnreadiness()).toBe(undefined);
    expect((await two()).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    await own.destroy();
  });

  it('is not one with slow queries: it is ready without waiting for them, and they go on', async () => {
    const slow = Array.from({ length: 4 }, () => sql`select pg_sleep(3)`.execute(store));
    const { result, ms } = await timed(unreadiness);
    expect(result).toBe(undefined);
    expect(ms).toBeLessThan(2000);
    await Promise.all(slow);
  });
});
