/** A fork with its own user directory. Runs the server without arguments, and the command line with `cli` and a command. */
import { accountsMigrations } from '../../../src/accounts/migrations/index.js';
import { runCli } from '../../../src/commands/cli/program.js';
import { readEnvironment } from '../../../src/platform/config/config.js';
import { defineServer } from '../../../src/platform/define-server.js';
import { startServer } from '../../../src/platform/start.js';
import fork from '../../../src/server.js';

const erin = {
  id: 'erin',
  name: 'Erin',
  scopes: fork.scopes.filter((scope) => scope.default).map(({ name }) => name),
};

const server = defineServer({
  ...fork,
  accounts: () => ({
    findUser: async (id) => (id === erin.id ? erin : undefined),
    verifyPassword: async (username, password) =>
      username === erin.id && password === 'the password of erin' ? erin : undefined,
    ...(process.env['LOCATION'] !== undefined && { location: process.env['LOCATION'] }),
  }),
  migrations: Object.fromEntries(
    Object.entries(fork.migrations).filter(([name]) => !(name in accountsMigrations)),
  ),
});

if (process.argv[2] === 'cli') {
  process.argv.splice(2, 1);
  process.exitCode = await runCli(server);
} else {
  await startServer(server, readEnvironment(server.settings));
}
