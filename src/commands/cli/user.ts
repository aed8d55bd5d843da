import type { Command } from 'commander';
import type { Accounts, UserManagement } from '../../platform/oauth/sign-in/accounts.js';
import { connectStore } from '../../platform/store/database.js';
import { CliError, printResult, printRows } from './output.js';
import { readNewPassword } from './password.js';
import { parseScopes } from './scopes.js';
import type { AdministeredServer, Session, Tables, WithStore } from './session.js';
import { findUsername } from './user-names.js';

/** A session in which users can be managed. */
interface UserSession extends Session {
  manage: UserManagement;
}

export function userCommands(program: Command, withStore: WithStore, server: AdministeredServer): void {
  const withUsers = (command: Command, run: (session: UserSession) => Promise<void>, tables?: Tables) =>
    withStore(command, (session) => run({ ...session, manage: requireManagement(session.accounts) }), tables);
  const user = program
    .command('user')
    .description('who may sign in')
    // Runs first, so that no database is required or created when users are managed elsewhere.
    .hook('preAction', async () => {
      const store = await connectStore('file::memory:');
      requireManagement(server.accounts(store));
      await store.destroy();
    });
  user
    .command('list')
    .description('list users')
    .action((_options, command: Command) =>
      withUsers(command, async ({ manage, json }) => printRows(await manage.list(), json)),
    );
  user
    .command('add <username>')
    .description('add a user; the password is asked for, or read from standard input')
    .option('--name <name>', 'what to call them; the user name by default')
    .option('--scopes <scopes>', 'what they may grant; everything by default')
    .action((username: string, options: { name?: string; scopes?: string }, command: Command) =>
      withUsers(
        command,
        async ({ manage, json }) => {
          const added = {
            username: manage.normalize(username),
            name: options.name ?? username.trim(),
            scopes: parseScopes(options.scopes, server),
          };
          const typed = username.trim();
          if (!(isUserName(typed) && isUserName(added.username))) {
            throw new CliError('A user name has 1 to 100 characters, no spaces, colons or invisible ones');
          }
          const known = await findUsername(manage, username);
          if (
            known !== undefined ||
            !(await withNewPassword((password) => manage.add({ ...added, password })))
          ) {
            throw new CliError(`There is already a user ${known ?? added.username}`);
          }
          printResult(`Added ${added.username}.`, added, json);
        },
        'created',
      ),
    );
  user
    .command('passwd <username>')
    .description('set a new password and end all grants; it is asked for, or read from standard input')
    .option('--keep-grants', 'leave clients signed in')
    .action((username: string, options: { keepGrants?: boolean }, command: Command) =>
      withUsers(command, async ({ manage, records, json }) => {
        const name = await requireUser(manage, username);
        await withNewPassword((password) => manage.setPassword(name, password));
        const ended = options.keepGrants ? 0 : await records.grants.endAll({ username: name });
        printResult(
          `Set the password of ${name}; ended ${ended} grants.`,
          { username: name, grants_ended: ended },
          json,
        );
      }),
    );
  user
    .command('disable <username>')
    .description('refuse them from now on, and end all their grants at once')
    .action((username: string, _options, command: Command) =>
      withUsers(command, async ({ manage, records, json }) => {
        const name = await requireUser(manage, username);
        await manage.setDisabled(name, true);
        const ended = await records.grants.endAll({ username: name });
        printResult(
          `Disabled ${name}; ended ${ended} grants.`,
          { username: name, grants_ended: ended },
          json,
        );
      }),
    );
  user
    .command('enable <username>')
    .description('let a disabled user sign in again')
    .action((username: string, _options, command: Command) =>
      withUsers(command, async ({ manage, json }) => {
        const name = await requireUser(manage, username);
        await manage.setDisabled(name, false);
        printResult(`Enabled ${name}.`, { username: name }, json);
      }),
    );
}

function requireManagement({ manage, location }: Accounts): UserManagement {
  if (manage !== undefined) return manage;
  throw new CliError(`Users are not managed here, but in ${location ?? 'the directory of this server'}`);
}

/** Colons are reserved for service ids (service:NAME). Format characters can make different names look the same. */
function isUserName(name: string): boolean {
  return /^[^\s:\p{Cc}\p{Cf}]{1,100}$/u.test(name);
}

async function requireUser(manage: UserManagement, username: string): Promise<string> {
  const name = await findUsername(manage, username);
  if (name !== undefined) return name;
  throw new CliError(`There is no user ${manage.normalize(username)}`);
}

async function withNewPassword<T>(use: (password: string) => Promise<T>): Promise<T> {
  return use(await readNewPassword()).catch((error: unknown) => {
    throw error instanceof RangeError ? new CliError(error.message) : error;
  });
}
