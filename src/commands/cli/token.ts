import type { Command } from 'commander';
import { createServiceTokens, STATIC_TOKEN_NAME } from '../../platform/auth/service-token.js';
import { CliError, formatTime, printResult, printRows } from './output.js';
import { parseScopes } from './scopes.js';
import type { WithStore } from './session.js';

interface CreateOptions {
  scopes?: string;
  days?: string;
}

export function tokenCommands(program: Command, withStore: WithStore): void {
  const token = program
    .command('token')
    .description('named static tokens for services, besides MCP_AUTH_TOKEN');
  token
    .command('list')
    .description('list tokens; the tokens themselves are not kept')
    .action((_options, command: Command) =>
      withStore(command, async ({ store, json }) => printRows(await createServiceTokens(store).list(), json)),
    );
  token
    .command('create <name>')
    .description('make a token and show it once')
    .option('--scopes <scopes>', 'what it may do; everything by default')
    .option('--days <days>', 'expires after this many days; never by default')
    .action((name: string, options: CreateOptions, command: Command) =>
      withStore(
        command,
        async ({ server, store, json }) => {
          if (!/^[\w.-]{1,60}$/.test(name)) {
            throw new CliError('A name has 1 to 60 letters, digits, dots, dashes and underscores');
          }
          if (name === STATIC_TOKEN_NAME) throw new CliError(`${name} is the name of MCP_AUTH_TOKEN`);
          if (options.days !== undefined && !/^[1-9]\d{0,4}$/.test(options.days)) {
            throw new CliError('--days must be a whole number above 0');
          }
          const created = await createServiceTokens(store).create(
            name,
            parseScopes(options.scopes, server),
            options.days === undefined ? undefined : Number(options.days) * 86_400,
          );
          if (created === undefined) throw new CliError(`There is already a token ${name}`);
          const until =
            created.expires_at === null
              ? 'It does not expire'
              : `It expires ${formatTime(created.expires_at)}`;
          printResult(`${created.token}\n${until}, and is shown only now.`, created, json);
        },
        'created',
      ),
    );
  token
    .command('revoke <name>')
    .description('refuse a token from now on')
    .action((name: string, _options, command: Command) =>
      withStore(command, async ({ store, json }) => {
        if (!(await createServiceTokens(store).revoke(name))) throw new CliError(`There is no token ${name}`);
        printResult(`Revoked ${name}.`, { name }, json);
      }),
    );
}
