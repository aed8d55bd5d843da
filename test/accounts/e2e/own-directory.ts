/** A fork whose users are in a directory of its own: `own-directory.ts` starts it, `own-directory.ts cli ...` administers it. */
import { runCli } from '../../../src/commands/cli/program.js';
import { readEnvironment } from '../../../src/platform/config/config.js';
import { defineServer } from '../../../src/platform/define-server.js';
import { startServer } from '../../../src/platform/start.js';
import example from '../../../src/server.js';
import { shopMigrations } from '../../../src/shop/migrations/index.js';

const erin = { id: 'erin', name: 'Erin', scopes: ['read'] };

const server = defineServer({
  ...example,
  accounts: () => ({
    findUser: async (id) => (id === erin.id ? erin : undefined),
    verifyPassword: async (username, password) =>
      username === erin.id && password === 'the password of erin' ? erin : undefined,
    ...(process.env['LOCATION'] !== undefined && { location: process.env['LOCATION'] }),
  }),
  migrations: shopMigrations,
});

if (process.argv[2] === 'cli') {
  process.argv.splice(2, 1);
  process.exitCode = await runCli(server);
} else {
  await startServer(server, readEnvironment(server.settings));
}
