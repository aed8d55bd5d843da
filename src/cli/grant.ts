import type { Command } from 'commander';
import { normalizeUsername } from '../accounts/users.js';
import { nowInSeconds, type Store } from '../platform/store/database.js';
import { CliError, printResult, printRows } from './output.js';
import { withStore } from './session.js';

interface Filter {
  user?: string;
  client?: string;
}

export function grantCommands(program: Command): void {
  const grant = program.command('grant').description('what users allowed clients');
  grant
    .command('list')
    .description('list grants, the newest first')
    .option('--user <username>', 'only of this user')
    .option('--client <client_id>', 'only of this client')
    .action((filter: Filter, command: Command) =>
      withStore(command, async ({ store, json }) => printRows(await listGrants(store, filter), json)),
    );
  grant
    .command('revoke')
    .description('end grants, with all their tokens, at once; name a user, a client, or both')
    .option('--user <username>', 'of this user')
    .option('--client <client_id>', 'of this client')
    .action((filter: Filter, command: Command) =>
      withStore(command, async ({ store, json }) => {
        if (filter.user === undefined && filter.client === undefined) {
          throw new CliError('Say whose grants to end: --user, --client, or both');
        }
        const ids = (await listGrants(store, filter)).map(({ id }) => id);
        if (ids.length === 0) throw new CliError('There are no such grants');
        await store.deleteFrom('grants').where('id', 'in', ids).execute();
        printResult(`Ended ${ids.length} grants.`, { grants_ended: ids.length }, json);
      }),
    );
}

function listGrants(store: Store, { user, client }: Filter) {
  return store
    .selectFrom('grants')
    .leftJoin('oauth_clients', 'oauth_clients.client_id', 'grants.client_id')
    .select([
      'grants.id',
      'username',
      'grants.client_id',
      'client_name',
      'scopes',
      'grants.created_at',
      'grants.expires_at',
    ])
    .where('grants.expires_at', '>', nowInSeconds())
    .$if(user !== undefined, (query) => query.where('username', '=', normalizeUsername(user ?? '')))
    .$if(client !== undefined, (query) => query.where('grants.client_id', '=', client ?? ''))
    .orderBy('grants.created_at', 'desc')
    .orderBy('grants.id')
    .execute();
}
