import type { Kysely } from 'kysely';
import type { ChangeFeed, FeedOptions } from './change-feed.js';
import type { StoreTables } from './tables.js';

/** The table of a file that has no counterpart on PostgreSQL: news, and no content. */
export const CHANGES_TABLE = 'resource_changes';

/** How often to look for changes, in milliseconds. A look is a search in an index and takes microseconds. */
const LOOK_EVERY_MS = 200;

/** How many numbers back rows are kept; the trigger of the migration has the same figure. */
const KEPT = 1000;

/** Records a change of a URI under a new number. */
export async function notifyOnFile(store: Kysely<StoreTables>, uri: string): Promise<void> {
  await store.insertInto('resource_changes').orReplace().values({ uri }).execute();
}

/**
 * Follows the changes of a file by looking for new ones. They may come from this process or from any other, such as a
 * command; SQLite can wake neither. None is lost while the file cannot be read.
 */
export function followFile(
  store: Kysely<StoreTables>,
  { logger, onChange, onGap }: Omit<FeedOptions, 'listenUrl'>,
): ChangeFeed {
  let seen = 0;
  let timer: NodeJS.Timeout | undefined;
  /** Counts starts and stops, so that one that was overtaken has no effect. */
  let turn = 0;
  let looking = false;
  let failing = false;

  async function newest(): Promise<number> {
    const query = store.selectFrom('resource_changes').select(({ fn }) => fn.max('id').as('id'));
    return (await query.executeTakeFirst())?.id ?? 0;
  }

  async function look(): Promise<void> {
    // It may have to wait for a transaction.
    if (looking) return;
    looking = true;
    const begun = turn;
    try {
      const rows = await store
        .selectFrom('resource_changes')
        .select(['id', 'uri'])
        .where('id', '>', seen)
        .orderBy('id')
        .execute();
      if (begun === turn) report(rows);
      failing = false;
    } catch (error) {
      if (!failing) logger.warn({ err: error }, 'the database cannot be asked for changes; still trying');
      failing = true;
    } finally {
      looking = false;
    }
  }

  function report(rows: { id: number; uri: string }[]): void {
    const last = rows.at(-1)?.id ?? seen;
    const isPruned = last - seen > KEPT;
    seen = last;
    if (isPruned) onGap();
    else for (const { uri } of rows) onChange(uri);
  }

  function pause(): void {
    turn += 1;
    clearInterval(timer);
  }

  return {
    async resume() {
      pause();
      const begun = turn;
      const last = await newest();
      if (begun !== turn) return;
      seen = last;
      timer = setInterval(look, LOOK_EVERY_MS);
    },
    pause,
    close: pause,
  };
}
