import { resolve } from 'node:path';
import type { Command } from 'commander';
import { backUpFile } from '../../platform/store/backup.js';
import { platformMigrations } from '../../platform/store/migrations/index.js';
import { CliError, printResult } from './output.js';
import type { WithStore } from './session.js';

export function dbCommands(program: Command, withStore: WithStore): void {
  const db = program.command('db').description('the database');
  db.command('migrate')
    .description('bring the tables up to date, as every server start does')
    .action((_options, command: Command) =>
      withStore(
        command,
        async ({ server, json }) => {
          const names = Object.keys({ ...platformMigrations, ...server.migrations });
          printResult(`The tables are up to date: ${names.join(', ')}.`, { migrations: names }, json);
        },
        'created',
      ),
    );
  db.command('backup <file>')
    .description('copy the database file while the server runs; for PostgreSQL use pg_dump')
    .action((file: string, _options, command: Command) =>
      withStore(
        command,
        async ({ config, store, json }) => {
          if (!config.databaseUrl.startsWith('file:')) throw new CliError('Back PostgreSQL up with pg_dump');
          const path = resolve(file);
          await backUpFile(store, path).catch((error: Error) => {
            throw new CliError(`The backup was not written: ${error.message}`);
          });
          printResult(`Wrote ${path}. It holds the signing keys: keep it safe.`, { file: path }, json);
        },
        'as they are',
      ),
    );
}
