import type { Command } from 'commander';
import { SERVICE_TOKEN_PREFIX, STATIC_TOKEN_NAME } from '../../platform/auth/service-token.js';
import { nowInSeconds } from '../../platform/clock.js';
import { randomToken, sha256 } from '../../platform/digest.js';
import { CliError, formatTime, printResult, printRows } from './output.js';
import { parseScopes } from './scopes.js';
import { withStore } from './session.js';

interface CreateOptions {
  scopes?: string;
  days?: string;
}

export function tokenCommands(program: Command): void {
  const token = program
    .command('token')
    .description('named static tokens of services, beside MCP_AUTH_TOKEN');
  token
    .command('list')
    .description('list tokens; the tokens themselves are not kept')
    .action((_options, command: Command) =>
      withStore(command, async ({ store, json }) => {
        const rows = await store
          .selectFrom('service_tokens')
          .select(['name', 'scopes', 'created_at', 'expires_at'])
          .orderBy('name')
          .execute();
        printRows(rows, json);
      }),
    );
  token
    .command('create <name>')
    .description('make a token and show it, this one time')
    .option('--scopes <scopes>', 'what it may do; everything when left out')
    .option('--days <days>', 'expires after so many days; never when left out')
    .action((name: string, options: CreateOptions, command: Command) =>
      withStore(
        command,
        async ({ store, json }) => {
          if (!/^[\w.-]{1,60}$/.test(name)) {
            throw new CliError('A name has 1 to 60 letters, digits, dots, dashes and underscores');
          }
          if (name === STATIC_TOKEN_NAME) throw new CliError(`${name} is the name of MCP_AUTH_TOKEN`);
          if (options.days !== undefined && !/^[1-9]\d{0,4}$/.test(options.days)) {
            throw new CliError('--days must be a whole number above 0');
          }
          const now = nowInSeconds();
          const secret = `${SERVICE_TOKEN_PREFIX}${randomToken()}`;
          const row = {
            name,
            scopes: parseScopes(options.scopes),
            created_at: now,
            expires_at: options.days === undefined ? null : now + Number(options.days) * 86_400,
          };
          const { numInsertedOrUpdatedRows } = await store
            .insertInto('service_tokens')
            .values({ ...row, token_hash: sha256(secret) })
            .onConflict((conflict) => conflict.column('name').doNothing())
            .executeTakeFirst();
          if (numInsertedOrUpdatedRows !== 1n) throw new CliError(`There is a token ${name} already`);
          const until =
            row.expires_at === null ? 'It does not expire' : `It expires ${formatTime(row.expires_at)}`;
          printResult(`${secret}\n${until}, and is shown only now.`, { ...row, token: secret }, json);
        },
        'created',
      ),
    );
  token
    .command('revoke <name>')
    .description('refuse a token from now on')
    .action((name: string, _options, command: Command) =>
      withStore(command, async ({ store, json }) => {
        const { numDeletedRows } = await store
          .deleteFrom('service_tokens')
          .where('name', '=', name)
          .executeTakeFirst();
        if (numDeletedRows !== 1n) throw new CliError(`There is no token ${name}`);
        printResult(`Revoked ${name}.`, { name }, json);
      }),
    );
}
