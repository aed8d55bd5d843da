import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { postgresProgram, startPostgres } from '../../../support/programs/postgres.js';
import { fillOddTables, used } from './odd-tables.js';

/** What a new database may be a copy of: nothing, one with the tables, and one with rows in them. */
type Content = 'nothing' | 'tables' | 'rows';

export const ENGINES = ['a file', 'PostgreSQL'] as const;
type Engine = (typeof ENGINES)[number];

/** Checks whether a test with these engines can run here. */
export function isHere(...engines: Engine[]): boolean {
  return postgresProgram !== undefined || !engines.includes('PostgreSQL');
}

export interface Databases {
  directory: string;
  /** Makes a database and returns its address. A file of nothing does not exist, and PostgreSQL has an own schema. */
  create: (engine: Engine, content?: Content) => Promise<string>;
  stop: () => Promise<void>;
}

/** Prepares databases with the odd tables on both engines, so that tests get copies instead of running migrations. */
export async function startDatabases(): Promise<Databases> {
  const directory = await mkdtemp(join(tmpdir(), 'mcp-copy-'));
  const postgres = postgresProgram === undefined ? undefined : await startPostgres();
  const admin = new pg.Client(postgres?.url);
  if (postgres) {
    await admin.connect();
    await admin.query('create database nothing');
    const nothing = new pg.Client(Object.assign(new URL(postgres.url), { pathname: 'nothing' }).href);
    await nothing.connect();
    await nothing.query('create schema "Odd"');
    await nothing.end();
  }
  let count = 0;

  async function create(engine: Engine, content: Content = 'nothing'): Promise<string> {
    count += 1;
    const name = `copy_${count}`;
    if (engine === 'PostgreSQL') return createDatabase(name, content);
    const path = join(directory, name);
    if (content !== 'nothing') await copyFile(join(directory, content), path);
    return `file:${path}`;
  }

  async function createDatabase(name: string, template: string): Promise<string> {
    await admin.query(`create database ${name} template ${template}`);
    const url = Object.assign(new URL(postgres?.url ?? ''), { pathname: name });
    url.searchParams.set('options', '-c search_path="Odd"');
    return url.href;
  }

  for (const [name, fill] of Object.entries({ tables: async () => {}, rows: fillOddTables })) {
    await used(`file:${join(directory, name)}`, fill);
    if (postgres) await used(await createDatabase(name, 'nothing'), fill);
  }
  return {
    directory,
    create,
    async stop() {
      if (postgres) await admin.end();
      await postgres?.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
