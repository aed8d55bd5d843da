import type { Migration } from 'kysely';
import * as shop from './0001-shop.js';

/** Every migration, in the order of its name. A released one is never edited: add another. */
export const migrations: Record<string, Migration> = {
  '0001-shop': shop,
};
