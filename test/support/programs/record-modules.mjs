/**
 * Records which modules a program loads. Pass it to `node --import`, with the path of the record in `RECORDED_MODULES`. It
 * gets a line with the URL of each module that is imported, and of none that CommonJS requires.
 */
import { appendFileSync } from 'node:fs';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

// Node loads it a second time for the hook, in a thread of its own.
if (isMainThread) register(import.meta.url);

export function load(url, context, next) {
  appendFileSync(process.env['RECORDED_MODULES'], `${url}\n`);
  return next(url, context);
}
