import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { remember } from './remember.js';

/**
 * Spells the charset as `utf-8` where a request says `utf8` or the like. Many clients do, and the Encoding standard has it
 * as a label of UTF-8, but body-parser refuses JSON in it with 415, because it looks for the prefix `utf-`. Mount this
 * before the first body parser.
 */
export function spellUtf8({ headers }: Pick<IncomingMessage, 'headers'>): void {
  const type = headers['content-type'];
  if (type === undefined) return;
  headers['content-type'] = type.replace(/(;\s*charset=)(["']?)utf[-_]?8\2(?=\s*(;|$))/i, '$1utf-8');
}

/**
 * Checks whether headers describe a body of JSON in UTF-8 that is not compressed. Of others, body-parser decides what they
 * mean.
 */
export function isPlainJson(headers: IncomingHttpHeaders): boolean {
  return headers['content-encoding'] === undefined && isJsonType(headers['content-type'] ?? '');
}

const isJsonType = remember((type) => /^application\/json *(; *charset=("?)utf-?8\2 *)?$/i.test(type));
