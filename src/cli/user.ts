import type { Command } from 'commander';
import {
  addUser,
  disableUser,
  endGrants,
  hashPassword,
  listUsers,
  normalizeUsername,
  updateUser,
} from '../accounts/users.js';
import type { Store } from '../platform/store/database.js';
import { CliError, printResult, printRows } from './output.js';
import { readNewPassword } from './password.js';
import { parseScopes } from './scopes.js';
import { withStore } from './session.js';

export function userCommands(program: Command): void {
  const user = program.command('user').description('who may sign in');
  user
    .command('list')
    .description('list users')
    .action((_options, command: Command) =>
      withStore(command, async ({ store, json }) => printRows(await listUsers(store), json)),
    );
  user
    .command('add <username>')
    .description('add a user; the password is asked for, or read from standard input')
    .option('--name <name>', 'what to call them; the user name when left out')
    .option('--scopes <scopes>', 'what they may grant; everything when left out')
    .action((username: string, options: { name?: string; scopes?: string }, command: Command) =>
      withStore(
        command,
        async ({ store, json }) => {
          const added = {
            username: normalizeUsername(username),
            name: options.name ?? username.trim(),
            scopes: await parseScopes(options.scopes),
          };
          // A colon is for the ids of services (service:NAME); format characters make two names look the same.
          if (!/^[^\s:\p{Cc}\p{Cf}]{1,100}$/u.test(added.username)) {
            throw new CliError('A user name has 1 to 100 characters, no spaces, colons or invisible ones');
          }
          const exists = (await listUsers(store)).some((known) => known.username === added.username);
          if (exists || !(await addUser(store, { ...added, passwordHash: await newPasswordHash() }))) {
            throw new CliError(`There is a user ${added.username} already`);
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
      withStore(command, async ({ store, json }) => {
        const name = await existing(store, username);
        await updateUser(store, name, { password_hash: await newPasswordHash() });
        const ended = options.keepGrants ? 0 : await endGrants(store, name);
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
      withStore(command, async ({ store, json }) => {
        const name = await existing(store, username);
        const ended = await disableUser(store, name);
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
      withStore(command, async ({ store, json }) => {
        const name = await existing(store, username);
        await updateUser(store, name, { disabled: 0 });
        printResult(`Enabled ${name}.`, { username: name }, json);
      }),
    );
}

async function existing(store: Store, username: string): Promise<string> {
  const name = normalizeUsername(username);
  if ((await listUsers(store)).some((user) => user.username === name)) return name;
  throw new CliError(`There is no user ${name}`);
}

async function newPasswordHash(): Promise<string> {
  const password = await readNewPassword();
  return hashPassword(password).catch((error: unknown) => {
    throw error instanceof RangeError ? new CliError(error.message) : error;
  });
}
