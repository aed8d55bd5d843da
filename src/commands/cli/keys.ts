import { type Command, Option } from 'commander';
import { nowInSeconds } from '../../platform/clock.js';
import type { OAuthTables } from '../../platform/oauth/tables.js';
import { createSigningKeys, rotateSigningKey } from '../../platform/oauth/tokens/keys.js';
import type { Store } from '../../platform/store/database.js';
import { CliError, formatTime, printResult, printRows } from './output.js';
import { withStore } from './session.js';

/** Hours a new key is published before it signs: our key set may be kept for 5 minutes, but some keep it for a day. */
const LEAD_TIME = '24';

export function keysCommands(program: Command): void {
  const keys = program.command('keys').description('the keys that sign access tokens');
  keys
    .command('list')
    .description('list keys: the next, the current, the previous ones')
    .action((_options, command: Command) =>
      withStore(command, async ({ store, json }) => printRows(await listKeys(store), json)),
    );
  keys
    .command('rotate')
    .description('make a new key and publish it before it signs; old tokens stay valid until they expire')
    .option('--lead-time <hours>', 'publish it so many hours before it signs', LEAD_TIME)
    .addOption(
      new Option('--now', 'let it sign at once, in place of one that waits to sign').conflicts('leadTime'),
    )
    .action((options: { now?: boolean; leadTime: string }, command: Command) =>
      withStore(command, async ({ store, config, json }) => {
        if (!/^[1-9]\d{0,3}$/.test(options.leadTime)) {
          throw new CliError('--lead-time must be a whole number of hours above 0');
        }
        // Fails when the secret does not fit the keys, and makes the first key where there is none.
        await createSigningKeys(store, config.keyEncryptionSecret);
        const rotated = await rotateSigningKey(store, {
          leadTime: options.now ? 0 : Number(options.leadTime) * 3600,
          accessTokenTtl: config.accessTokenTtl,
          encryptionSecret: config.keyEncryptionSecret,
        });
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

async function listKeys(store: Store<OAuthTables>) {
  const now = nowInSeconds();
  const rows = await store
    .selectFrom('signing_keys')
    .select(['kid', 'signs_from', 'created_at', 'expires_at'])
    .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', now)]))
    .orderBy('signs_from', 'desc')
    .orderBy('created_at', 'desc')
    .orderBy('kid')
    .execute();
  const current = rows.find(({ signs_from }) => signs_from <= now);
  return rows.map((row) => ({
    state: row === current ? 'current' : row.signs_from > now ? 'next' : 'previous',
    ...row,
  }));
}
