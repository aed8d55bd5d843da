import type { Command } from 'commander';
import { nowInSeconds } from '../../platform/clock.js';
import { OAuthError } from '../../platform/oauth/common/errors.js';
import type { Records } from '../../platform/oauth/records.js';
import { CliError, printResult, printRows, type Row } from './output.js';
import type { WithStore } from './session.js';

type Clients = Records['registeredClients'];

interface AddOptions {
  name: string;
  redirectUri: string[];
  secret?: boolean;
}

export function clientCommands(program: Command, withStore: WithStore): void {
  const client = program.command('client').description('applications that registered or were added');
  client
    .command('list')
    .description('list clients, most recently used first')
    .action((_options, command: Command) =>
      withStore(command, async ({ records, json }) =>
        printRows(await records.registeredClients.list(), json),
      ),
    );
  client
    .command('show <client_id>')
    .description('show everything known about a client')
    .action((clientId: string, _options, command: Command) =>
      withStore(command, async ({ records, json }) => {
        const details = await requireClient(records.registeredClients, clientId);
        if (json) return printResult('', details, json);
        printRows(
          Object.entries(details).map(([field, value]) => ({ field, value })),
          json,
        );
      }),
    );
  client
    .command('add')
    .description('add a client for an application that cannot register itself; it never expires')
    .requiredOption('--name <name>', 'what users see')
    .requiredOption('--redirect-uri <uri...>', 'where users may be sent back to')
    .option('--secret', 'make a secret, for applications that run on a server')
    .action((options: AddOptions, command: Command) =>
      withStore(
        command,
        async ({ records, json }) => {
          const { client_id, client_secret } = await addClient(records.registeredClients, options);
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
      withStore(command, async ({ records, json }) => {
        await requireClient(records.registeredClients, clientId);
        const grants = await records.deleteClient(clientId);
        printResult(
          `Deleted ${clientId}; ended ${grants} grants.`,
          { client_id: clientId, grants_ended: grants },
          json,
        );
      }),
    );
  client
    .command('prune')
    .description('delete clients with no active sign-ins, unless added by hand or used recently')
    .option('--days <days>', 'only clients unused for this many days', '30')
    .action((options: { days: string }, command: Command) =>
      withStore(command, async ({ records, json }) => {
        if (!/^\d{1,5}$/.test(options.days)) throw new CliError('--days must be a whole number');
        const unusedSince = nowInSeconds() - Number(options.days) * 86_400;
        const deleted = await records.registeredClients.prune(unusedSince);
        printResult(`Deleted ${deleted} clients.`, { deleted }, json);
      }),
    );
}

async function requireClient(clients: Clients, clientId: string): Promise<Row> {
  const details = await clients.details(clientId);
  if (details === undefined) throw new CliError(`There is no client ${clientId}`);
  return details;
}

/** Adds a client that never expires, after the same checks as for a registration. */
async function addClient(clients: Clients, { name, redirectUri, secret }: AddOptions) {
  const metadata = {
    client_name: name,
    redirect_uris: redirectUri,
    token_endpoint_auth_method: secret ? 'client_secret_basic' : 'none',
  };
  return clients.add(metadata).catch((error: unknown) => {
    throw error instanceof OAuthError ? new CliError(error.message) : error;
  });
}
