import type { Command } from 'commander';
import type { Accounts } from '../../platform/oauth/sign-in/accounts.js';
import { CliError, printResult, printRows } from './output.js';
import type { WithStore } from './session.js';
import { findUsername } from './user-names.js';

interface Options {
  user?: string;
  client?: string;
}

export function grantCommands(program: Command, withStore: WithStore): void {
  const grant = program.command('grant').description('what users have allowed clients to do');
  grant
    .command('list')
    .description('list grants, newest first')
    .option('--user <username>', 'only grants of this user')
    .option('--client <client_id>', 'only grants of this client')
    .action((options: Options, command: Command) =>
      withStore(command, async ({ records, accounts, json }) => {
        const grants = await records.grants.list(await filterOf(options, accounts));
        const clients = await records.registeredClients.list();
        const names = new Map(clients.map(({ client_id, client_name }) => [client_id, client_name]));
        const rows = grants.map(({ id, username, client_id, scopes, created_at, expires_at }) => ({
          id,
          username,
          client_id,
          client_name: names.get(client_id) ?? null,
          scopes,
          created_at,
          expires_at,
        }));
        printRows(rows, json);
      }),
    );
  grant
    .command('revoke')
    .description('end grants, with all their tokens, at once; name a user, a client, or both')
    .option('--user <username>', 'the grants of this user')
    .option('--client <client_id>', 'the grants of this client')
    .action((options: Options, command: Command) =>
      withStore(command, async ({ records, accounts, json }) => {
        if (options.user === undefined && options.client === undefined) {
          throw new CliError('Say whose grants to end: --user, --client, or both');
        }
        const ended = await records.grants.endAll(await filterOf(options, accounts));
        if (ended === 0) throw new CliError('There are no matching grants');
        printResult(`Ended ${ended} grants.`, { grants_ended: ended }, json);
      }),
    );
}

async function filterOf({ user, client }: Options, { manage }: Accounts) {
  if (user === undefined || manage === undefined) return { username: user, clientId: client };
  // Grants may be those of a user who was deleted.
  return { username: (await findUsername(manage, user)) ?? manage.normalize(user), clientId: client };
}
