import type { Migration } from 'kysely';
import * as shop from './0001-shop.js';
import * as oauth from './0002-oauth.js';
import * as serviceTokens from './0003-service-tokens.js';

/** Every migration, in the order of its name. A released one is never edited: add another. */
export const migrations: Record<string, Migration> = {
  '0001-shop': shop,
  '0002-oauth': oauth,
  '0003-service-tokens': serviceTokens,
};
