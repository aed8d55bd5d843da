import { type Command, Option } from 'commander';
import { CliError, formatTime, printResult, printRows } from './output.js';
import type { WithStore } from './session.js';

/** Hours a new key is published before it signs: our key set may be kept for 5 minutes, but some keep it for a day. */
const LEAD_TIME = '24';

export function keysCommands(program: Command, withStore: WithStore): void {
  const keys = program.command('keys').description('the keys that sign access tokens');
  keys
    .command('list')
    .description('list keys: the next, the current, the previous ones')
    .action((_options, command: Command) =>
      withStore(command, async ({ records, json }) => printRows(await records.keyStore.list(), json)),
    );
  keys
    .command('rotate')
    .description('make a new key and publish it before it signs; old tokens stay valid until they expire')
    .option('--lead-time <hours>', 'publish it so many hours before it signs', LEAD_TIME)
    .addOption(
      new Option('--now', 'let it sign at once, in place of one that waits to sign').conflicts('leadTime'),
    )
    .action((options: { now?: boolean; leadTime: string }, command: Command) =>
      withStore(command, async ({ records, json }) => {
        if (!/^[1-9]\d{0,3}$/.test(options.leadTime)) {
          throw new CliError('--lead-time must be a whole number of hours above 0');
        }
        // Fails when the secret does not fit the keys, and makes the first key where there is none.
        await records.keyStore.prepare();
        const rotated = await records.keyStore.rotate(options.now ? 0 : Number(options.leadTime) * 3600);
        if (rotated === undefined) {
          throw new CliError(
            'A new key is waiting to sign already; --now replaces it by one that signs at once',
          );
        }
        const { kid, signsFrom, previousUntil } = rotated;
        printResult(
          `${kid} signs from ${formatTime(signsFrom)}; the keys before it stay published until ${formatTime(previousUntil)}.`,
          { kid, signs_from: signsFrom, previous_until: previousUntil },
          json,
        );
      }),
    );
}
