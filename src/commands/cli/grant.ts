import type { Command } from 'commander';
import type { ExpressionBuilder } from 'kysely';
import { nowInSeconds } from '../../platform/clock.js';
import type { Accounts } from '../../platform/oauth/sign-in/accounts.js';
import type { OAuthTables } from '../../platform/oauth/tables.js';
import type { Store } from '../../platform/store/database.js';
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
      withStore(command, async ({ store, accounts, json }) =>
        printRows(await listGrants(store, normalized(filter, accounts)), json),
      ),
    );
  grant
    .command('revoke')
    .description('end grants, with all their tokens, at once; name a user, a client, or both')
    .option('--user <username>', 'of this user')
    .option('--client <client_id>', 'of this client')
    .action((filter: Filter, command: Command) =>
      withStore(command, async ({ store, accounts, json }) => {
        if (filter.user === undefined && filter.client === undefined) {
          throw new CliError('Say whose grants to end: --user, --client, or both');
        }
        const { numDeletedRows } = await store
          .deleteFrom('grants')
          .where((grants) => matching(grants, normalized(filter, accounts)))
          .executeTakeFirst();
        const ended = Number(numDeletedRows);
        if (ended === 0) throw new CliError('There are no such grants');
        printResult(`Ended ${ended} grants.`, { grants_ended: ended }, json);
      }),
    );
}

function normalized({ user, client }: Filter, { manage }: Accounts): Filter {
  return {
    ...(user !== undefined && { user: manage?.normalize(user) ?? user }),
    ...(client !== undefined && { client }),
  };
}

/** Grants that have not expired, of that user and of that client. */
function matching(grants: ExpressionBuilder<OAuthTables, 'grants'>, { user, client }: Filter) {
  return grants.and([
    grants('grants.expires_at', '>', nowInSeconds()),
    ...(user === undefined ? [] : [grants('grants.username', '=', user)]),
    ...(client === undefined ? [] : [grants('grants.client_id', '=', client)]),
  ]);
}

function listGrants(store: Store<OAuthTables>, filter: Filter) {
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
    .where((grants) => matching(grants, filter))
    .orderBy('grants.created_at', 'desc')
    .orderBy('grants.id')
    .execute();
}
