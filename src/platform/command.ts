import type { Command } from 'commander';
import type { Store } from './store/database.js';

/** A refusal of a command, printed as one line without a stack. Exit code 1; nothing was changed. */
export class CommandError extends Error {}

/** What a command of a fork receives. */
export interface CommandContext {
  /** The configured database, which a server may be using at the same time. Its tables are those of this version. */
  store: Store;
  /** Prints the result: the sentence for people, or the data as JSON with `--json`. */
  print: (sentence: string, data: object) => void;
}

/**
 * Adds commands to the command line (`npm run cli`), which reads arguments and options with commander. An action runs its
 * work through `run`, which opens the database and closes it. Throw a `CommandError` to refuse.
 *
 * @example
 * export const clinicCommands: AddCommands = (program, run) => {
 *   program
 *     .command('dentist')
 *     .description('who works here')
 *     .command('add <name>')
 *     .action((name: string, _options, command: Command) =>
 *       run(command, async ({ store, print }) => {
 *         await addDentist(store, name);
 *         print(`Added ${name}.`, { name });
 *       }),
 *     );
 * };
 */
export type AddCommands = (
  program: Command,
  run: (command: Command, work: (context: CommandContext) => Promise<void>) => Promise<void>,
) => void;
