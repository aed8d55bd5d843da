import { type Command, Option } from 'commander';
import { CliError, formatTime, printResult, printRows } from './output.js';
import type { WithStore } from './session.js';

/** Hours between publishing and using a new key. Our key set may be cached for 5 minutes; some cache it for a day. */
const LEAD_TIME = '24';

export function keysCommands(program: Command, withStore: WithStore): void {
  const keys = program.command('keys').description('the keys that sign access tokens');
  keys
    .command('list')
    .description('list the next, current and previous keys')
    .action((_options, command: Command) =>
      withStore(command, async ({ records, json }) => printRows(await records.keyStore.list(), json)),
    );
  keys
    .command('rotate')
    .description('make a new key and publish it before it signs; old tokens stay valid until they expire')
    .option('--lead-time <hours>', 'publish it this many hours before it signs', LEAD_TIME)
    .addOption(
      new Option('--now', 'let it sign at once, replacing a key that is waiting to sign').conflicts(
        'leadTime',
      ),
    )
    .action((options: { now?: boolean; leadTime: string }, command: Command) =>
      withStore(command, async ({ records, json }) => {
        if (!/^[1-9]\d{0,3}$/.test(options.leadTime)) {
          throw new CliError('--lead-time must be a whole number of hours above 0');
        }
        // Fails when the secret does not match the keys, and creates the first key if there is none.
        await records.keyStore.prepare();
        const rotated = await records.keyStore.rotate(options.now ? 0 : Number(options.leadTime) * 3600);
        if (rotated === undefined) {
          throw new CliError(
            'A new key is already waiting to sign; --now replaces it with one that signs at once',
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
