import type { Command } from 'commander';
import type { Selectable } from 'kysely';
import { nowInSeconds } from '../../platform/clock.js';
import { registerClient } from '../../platform/oauth/clients/registration.js';
import { OAuthError } from '../../platform/oauth/common/errors.js';
import type { OAuthClientsTable, OAuthTables } from '../../platform/oauth/tables.js';
import type { Store } from '../../platform/store/database.js';
import { CliError, printResult, printRows, type Row } from './output.js';
import { withStore } from './session.js';

/** The end of the year 9999: for clients that an operator added, which stay until deleted. */
const NEVER = 253_402_300_799;

interface AddOptions {
  name: string;
  redirectUri: string[];
  secret?: boolean;
}

export function clientCommands(program: Command): void {
  const client = program.command('client').description('applications that registered or were added');
  client
    .command('list')
    .description('list clients, the last used first')
    .action((_options, command: Command) =>
      withStore(command, async ({ store, json }) => printRows(await listClients(store), json)),
    );
  client
    .command('show <client_id>')
    .description('show all that is known about a client')
    .action((clientId: string, _options, command: Command) =>
      withStore(command, async ({ store, json }) => {
        const details = describe(await requireClient(store, clientId));
        if (json) return printResult('', details, json);
        printRows(
          Object.keys(details).map((field) => ({ field, value: shown(details[field]) })),
          json,
        );
      }),
    );
  client
    .command('add')
    .description('add a client beforehand, for applications that cannot register; it never expires')
    .requiredOption('--name <name>', 'what users see')
    .requiredOption('--redirect-uri <uri...>', 'where users may be sent back to')
    .option('--secret', 'make a secret, for applications that run on a server')
    .action((options: AddOptions, command: Command) =>
      withStore(
        command,
        async ({ store, json }) => {
          const { client_id, client_secret } = await addClient(store, options);
          const secret =
            client_secret === undefined ? '' : `\nclient_secret: ${client_secret} (shown only now)`;
          printResult(`client_id: ${client_id}${secret}`, { client_id, client_secret }, json);
        },
        'created',
      ),
    );
  client
    .command('delete <client_id>')
    .description('delete a client and end all its grants at once')
    .action((clientId: string, _options, command: Command) =>
      withStore(command, async ({ store, json }) => {
        await requireClient(store, clientId);
        const grants = await deleteClient(store, clientId);
        printResult(
          `Deleted ${clientId}; ended ${grants} grants.`,
          { client_id: clientId, grants_ended: grants },
          json,
        );
      }),
    );
  client
    .command('prune')
    .description('delete clients nobody is signed in through, unless added by hand or used lately')
    .option('--days <days>', 'unused for so many days', '30')
    .action((options: { days: string }, command: Command) =>
      withStore(command, async ({ store, json }) => {
        if (!/^\d{1,5}$/.test(options.days)) throw new CliError('--days must be a whole number');
        const deleted = await pruneClients(store, nowInSeconds() - Number(options.days) * 86_400);
        printResult(`Deleted ${deleted} clients.`, { deleted }, json);
      }),
    );
}

async function listClients(store: Store<OAuthTables>): Promise<Row[]> {
  return store
    .selectFrom('oauth_clients')
    .leftJoin('grants', 'grants.client_id', 'oauth_clients.client_id')
    .select((row) => [
      'oauth_clients.client_id',
      'client_name',
      'token_endpoint_auth_method',
      'used_at',
      row.fn.count<number>('grants.id').as('grants'),
    ])
    .groupBy(['oauth_clients.client_id', 'client_name', 'token_endpoint_auth_method', 'used_at'])
    .orderBy((row) => row.fn.coalesce('used_at', row.lit(0)), 'desc')
    .orderBy('oauth_clients.client_id')
    .execute();
}

async function requireClient(
  store: Store<OAuthTables>,
  clientId: string,
): Promise<Selectable<OAuthClientsTable>> {
  const row = await store
    .selectFrom('oauth_clients')
    .selectAll()
    .where('client_id', '=', clientId)
    .executeTakeFirst();
  if (row === undefined) throw new CliError(`There is no client ${clientId}`);
  return row;
}

function describe(client: Selectable<OAuthClientsTable>): Row {
  const { secret_hash, registration_hash: _hash, expires_at, ...rest } = client;
  return {
    ...rest,
    redirect_uris: JSON.parse(client.redirect_uris) as string[],
    grant_types: JSON.parse(client.grant_types) as string[],
    has_secret: secret_hash !== null,
    expires_at: expires_at === NEVER ? null : expires_at,
  };
}

function shown(value: Row[string] | undefined): Row[string] {
  return value ?? null;
}

/** Checks the metadata as a registration does, and keeps the client for good. */
async function addClient(store: Store<OAuthTables>, { name, redirectUri, secret }: AddOptions) {
  try {
    const added = await registerClient(store, {
      client_name: name,
      redirect_uris: redirectUri,
      token_endpoint_auth_method: secret ? 'client_secret_basic' : 'none',
    });
    await store
      .updateTable('oauth_clients')
      .set({ expires_at: NEVER })
      .where('client_id', '=', added.client_id)
      .execute();
    return added;
  } catch (error) {
    throw error instanceof OAuthError ? new CliError(error.message) : error;
  }
}

/** @returns how many grants ended with it */
async function deleteClient(store: Store<OAuthTables>, clientId: string): Promise<number> {
  return store.transaction().execute(async (transaction) => {
    const { numDeletedRows } = await transaction
      .deleteFrom('grants')
      .where('client_id', '=', clientId)
      .executeTakeFirst();
    await transaction.deleteFrom('authorization_requests').where('client_id', '=', clientId).execute();
    await transaction.deleteFrom('oauth_clients').where('client_id', '=', clientId).execute();
    return Number(numDeletedRows);
  });
}

async function pruneClients(store: Store<OAuthTables>, unusedSince: number): Promise<number> {
  const { numDeletedRows } = await store
    .deleteFrom('oauth_clients')
    .where('expires_at', '<', NEVER)
    .where((row) => row(row.fn.coalesce('used_at', 'created_at'), '<=', unusedSince))
    .where('client_id', 'not in', (grants) => grants.selectFrom('grants').select('client_id'))
    .executeTakeFirst();
  return Number(numDeletedRows);
}
