import { Command, CommanderError } from 'commander';
import { ConfigError } from '../../platform/config/config.js';
import { clientCommands } from './client.js';
import { dbCommands } from './db.js';
import { grantCommands } from './grant.js';
import { keysCommands } from './keys.js';
import { CliError, printResult } from './output.js';
import { type AdministeredServer, createWithStore } from './session.js';
import { tokenCommands } from './token.js';
import { userCommands } from './user.js';

/**
 * Runs the command given on the command line.
 *
 * @returns the exit code
 */
export async function runCli(server: AdministeredServer): Promise<number> {
  const program = new Command('cli')
    .description('Administers the server. Uses the configured database, even while the server is running.')
    .option('--json', 'answer as JSON, for scripts')
    .addHelpText('after', '\nExit codes: 0 done, 1 refused or failed (nothing changed), 2 not a command.')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  const withStore = createWithStore(server);
  userCommands(program, withStore, server);
  for (const add of [clientCommands, grantCommands, tokenCommands, keysCommands]) add(program, withStore);
  dbCommands(program, withStore, server);
  server.commands?.(program, (command, work) =>
    withStore(command, ({ store, json }) =>
      work({ store, print: (sentence, data) => printResult(sentence, data, json) }),
    ),
  );
  try {
    await program.parseAsync();
    return 0;
  } catch (error) {
    return report(error);
  }
}

/** Prints an error without a stack. @returns the exit code */
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
