import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readEnvironment } from '../../platform/config/config.js';
import { VARIABLES } from '../../platform/config/variables.js';
import { backUp } from '../../platform/store/backup.js';
import { CopyError } from '../../platform/store/copy/copier.js';
import { copyDatabase, type DatabaseCopyOptions } from '../../platform/store/copy/copy-database.js';
import { describeDatabase } from '../../platform/store/location.js';
import { platformMigrations } from '../../platform/store/migrations/index.js';
import { CliError, printResult, printRows } from './output.js';
import { readSecret } from './password.js';
import type { AdministeredServer, WithStore } from './session.js';

export function dbCommands(program: Command, withStore: WithStore, server: AdministeredServer): void {
  const db = program.command('db').description('the database');
  db.command('migrate')
    .description('bring the tables up to date, as every server start does')
    .action((_options, command: Command) =>
      withStore(
        command,
        async ({ json }) => {
          const names = Object.keys({ ...platformMigrations, ...server.migrations });
          printResult(`The tables are up to date: ${names.join(', ')}.`, { migrations: names }, json);
        },
        'created',
      ),
    );
  db.command('backup <file>')
    .description('copy the database into a new SQLite file, while the server runs')
    .action((file: string, _options, command: Command) =>
      withStore(
        command,
        async ({ config, json }) => {
          const path = resolve(file);
          await backUp(config.databaseUrl, path, server.migrations).catch((error: Error) => {
            throw new CliError(`The backup was not written: ${error.message}`);
          });
          printResult(`Wrote ${path}. It holds the signing keys: keep it safe.`, { file: path }, json);
        },
        'as they are',
      ),
    );
  db.command('restore <file>')
    .description('copy a backup into the configured database, which must be empty')
    .action(async (file: string, _options, command: Command) => {
      const { databaseUrl } = readEnvironment(server.settings).config;
      await copy({ from: `file:${resolve(file)}`, to: databaseUrl, migrations: server.migrations }, command);
    });
  db.command('copy')
    .description('copy a database into an empty one, of either kind; nobody has to connect again')
    .requiredOption('--from <url>', 'the database to read, such as file:./data/server.db')
    .requiredOption(
      '--to <url>',
      'the empty one, such as postgres://user@host/name; - reads it from standard input',
    )
    .option('--without <tables>', 'tables to leave behind, separated by commas')
    .action(async (options: { from: string; to: string; without?: string }, command: Command) => {
      if (options.from === '-' && options.to === '-')
        throw new CliError('Only one of --from and --to can be -');
      const from = await readUrl('--from', options.from);
      const to = await readUrl('--to', options.to);
      const without = options.without?.split(',').map((name) => name.trim()) ?? [];
      await copy({ from, to, without, migrations: server.migrations }, command);
    });
}

/** Reads the address of a database. With `-` its password does not show up in the process list. */
async function readUrl(option: string, text: string): Promise<string> {
  const { schema, expected } = VARIABLES.DATABASE_URL;
  const url = text === '-' ? (await readSecret('Address of the database: ')).trim() : text;
  // What was given may hold a password.
  if (!schema.safeParse(url).success) throw new CliError(`${option} must be ${expected}`);
  return url;
}

async function copy(options: DatabaseCopyOptions, command: Command): Promise<void> {
  const tables = await copyDatabase(options).catch((error: unknown) => {
    throw error instanceof CopyError ? new CliError(error.message) : error;
  });
  const [from, to] = [describeDatabase(options.from), describeDatabase(options.to)];
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const json = Boolean(command.optsWithGlobals()['json']);
  if (!json) printRows(tables, json);
  printResult(
    `Copied ${rows} rows of ${tables.length} tables from ${from} to ${to}, and read all of them again.`,
    { from, to, tables, rows },
    json,
  );
}
