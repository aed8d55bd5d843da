import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../support/app/port.js';
import { cliFor, cliOnNewDatabase } from '../../../support/programs/cli.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../../support/programs/postgres.js';

let database: Awaited<ReturnType<typeof cliOnNewDatabase>>;
beforeEach(async () => {
  database = await cliOnNewDatabase();
  await database.cli('user add carol', 'the password of carol');
});
afterEach(() => database.remove());

const copy = (to: string, input?: string, from = database.url) =>
  cliFor('')(`db copy --from ${from} --to ${to}`, input);

describe('a copy is refused in one line, and changes nothing', () => {
  it('without both addresses', async () => {
    expect((await database.cli('db copy')).code).toBe(2);
    expect((await database.cli(`db copy --from ${database.url}`)).code).toBe(2);
  });

  it('to an address that is none', async () => {
    const { code, err } = await copy('postgres://user:hunter2@bad:port/x');
    expect([code, err]).toEqual([1, '--to must be file:./data/server.db or postgres://user@host/name\n']);
  });

  it('from a file that does not exist', async () => {
    const [from, to] = [join(database.directory, 'wrong.db'), join(database.directory, 'new.db')];
    const { code, err } = await copy(`file:${to}`, '', `file:${from}`);
    expect([code, err]).toEqual([1, `The source cannot be opened: there is no file ${from}\n`]);
    expect(await readdir(database.directory)).toEqual(['data']);
  });

  it('from a file that is not a database of this server', async () => {
    const from = join(database.directory, 'other.db');
    await writeFile(from, '');
    const { code, err } = await copy(`file:${join(database.directory, 'new.db')}`, '', `file:${from}`);
    expect([code, err]).toEqual([1, `The source (${from}) has no tables of this server\n`]);
  });

  it('to the database it comes from', async () => {
    const { code, err } = await copy(database.url);
    expect([code, err]).toEqual([1, 'The source and the target are the same database\n']);
  });

  it('to a server that does not answer, without showing the password', async () => {
    const port = await freePort();
    const { code, out, err } = await copy(`postgres://user:hunter2@127.0.0.1:${port}/x`);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(
      new RegExp(
        `^The target \\(PostgreSQL at 127.0.0.1:${port}/x\\) cannot be opened: .*ECONNREFUSED.*\\n$`,
      ),
    );
    expect(err).not.toContain('hunter2');
  });
});

describe.skipIf(postgresProgram === undefined)('to PostgreSQL', () => {
  let postgres: TestPostgres;
  let admin: pg.Client;
  beforeAll(async () => {
    postgres = await startPostgres();
    admin = await postgres.connect();
  });
  afterAll(() => postgres.stop());

  const address = (name: string, user = 'test') => {
    const url = new URL(postgres.url);
    [url.pathname, url.username] = [name, user];
    return url;
  };

  it('a wrong password is said without repeating it', async () => {
    await admin.query("create role operator login password 'the right one'");
    const { rows } = await admin.query<{ hba_file: string }>('show hba_file');
    const file = rows[0]?.hba_file ?? '';
    await writeFile(file, `host all operator 127.0.0.1/32 scram-sha-256\n${await readFile(file, 'utf8')}`);
    await admin.query('select pg_reload_conf()');
    const url = address('postgres', 'operator');
    url.password = 'hunter2';
    const { code, err } = await copy(url.href);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^The target \(.*\) cannot be opened: .*password authentication failed for user "operator".*\n$/,
    );
    expect(err).not.toContain('hunter2');
  });

  it('a read-only server is said to be that', async () => {
    await admin.query('create database read_only');
    await admin.query('alter database read_only set default_transaction_read_only = on');
    const { code, err } = await copy(address('read_only').href);
    expect(code).toBe(1);
    expect(err).toMatch(/^The target \(.*\) cannot be opened: The database is read-only.*\n$/);
  });

  it('a database of something else does not get tables', async () => {
    await admin.query('create database other');
    const other = new pg.Client(address('other').href);
    await other.connect();
    await other.query('create table invoices as select 1 as id');
    const { code, err } = await copy(address('other').href);
    expect([code, err]).toEqual([
      1,
      'The target is not empty: it has rows in invoices (1). Name a new, empty database\n',
    ]);
    const { rows } = await other.query("select tablename from pg_tables where schemaname = 'public'");
    expect(rows).toEqual([{ tablename: 'invoices' }]);
    await other.end();
  });

  it('its address can be read from standard input, and the answer is JSON for scripts', async () => {
    await admin.query('create database scripted');
    const { code, out } = await cliFor('')(
      `db copy --from ${database.url} --to - --json`,
      `${address('scripted').href}\n`,
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      from: database.path,
      to: `PostgreSQL at ${address('scripted').host}/scripted`,
      tables: expect.arrayContaining([{ table: 'people', rows: 1 }]),
    });
    expect((await cliFor(address('scripted').href)('user list')).out).toMatch(/^carol /m);
  });
});
