import type { Command } from 'commander';
import { createSigningKeys, rotateSigningKey } from '../platform/oauth/keys.js';
import { nowInSeconds, type Store } from '../platform/store/database.js';
import { CliError, formatTime, printResult, printRows } from './output.js';
import { withStore } from './session.js';

/** How long a new key is published before it signs, in seconds: longer than anybody keeps our key set. */
const LEAD_TIME = 900;

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
    .description('make a new key, which signs in 15 minutes; old tokens stay valid until they expire')
    .option('--now', 'let it sign at once')
    .action((options: { now?: boolean }, command: Command) =>
      withStore(command, async ({ store, config, json }) => {
        // Fails when the secret does not fit the keys, and makes the first key where there is none.
        await createSigningKeys(store, config.keyEncryptionSecret);
        const waiting = (await listKeys(store)).some(({ state }) => state === 'next');
        if (waiting && !options.now) {
          throw new CliError('A new key is waiting to sign already; --now makes another that signs at once');
        }
        const { kid, signsFrom, previousUntil } = await rotateSigningKey(store, {
          leadTime: options.now ? 0 : LEAD_TIME,
          accessTokenTtl: config.accessTokenTtl,
          encryptionSecret: config.keyEncryptionSecret,
        });
        printResult(
          `${kid} signs from ${formatTime(signsFrom)}; the keys before it stay published until ${formatTime(previousUntil)}.`,
          { kid, signs_from: signsFrom, previous_until: previousUntil },
          json,
        );
      }),
    );
}

async function listKeys(store: Store) {
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
