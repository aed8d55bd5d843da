import { Command, CommanderError } from 'commander';
import { ConfigError } from '../platform/config/config.js';
import { clientCommands } from './cli/client.js';
import { dbCommands } from './cli/db.js';
import { grantCommands } from './cli/grant.js';
import { keysCommands } from './cli/keys.js';
import { CliError } from './cli/output.js';
import { tokenCommands } from './cli/token.js';
import { userCommands } from './cli/user.js';

const program = new Command('cli')
  .description('Administers the server. Works on the database of the settings, also while the server runs.')
  .option('--json', 'answer as JSON, for scripts')
  .addHelpText('after', '\nExit codes: 0 done, 1 refused or failed (nothing changed), 2 not a command.')
  .configureHelp({ showGlobalOptions: true })
  .exitOverride();
for (const add of [userCommands, clientCommands, grantCommands, tokenCommands, keysCommands, dbCommands]) {
  add(program);
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong, without a stack, and gives the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ConfigError) {
    console.error(['The settings are not valid:', ...error.problems.map((text) => `  - ${text}`)].join('\n'));
  } else if (error instanceof CliError) {
    console.error(error.message);
  } else {
    console.error(`It failed: ${(error as Error).message}`);
  }
  return 1;
}
