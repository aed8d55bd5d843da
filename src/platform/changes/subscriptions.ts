import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as elapsed } from 'node:timers/promises';
import type { Config } from '../config/config.js';
import { onceOver } from '../http/once-over.js';
import type { Logger } from '../logger.js';
import type { ServerContent } from '../mcp/content.js';
import { KEEP_ALIVE_MS, type MayListen } from '../mcp/listening.js';
import type { Subscriptions } from '../mcp/subscriptions.js';
import { followChanges } from '../store/changes.js';
import type { Store } from '../store/database.js';
import { allowedUris, excessOf, withUris } from './filter.js';
import { createHub } from './hub.js';
import { PacedStream } from './stream.js';

/** How long a stop waits for clients to take the end of their streams, in milliseconds. */
const CLOSE_MS = 1000;

/** What subscriptions need. */
export interface SubscriptionsOptions<Services> {
  config: Pick<Config, 'databaseListenUrl'>;
  content: Pick<ServerContent<Services>, 'resources'>;
  store: Store;
  mayListen: MayListen;
  logger: Logger;
}

/**
 * Creates subscriptions to resources (`subscriptions/listen` of revision 2026-07-28). The SDK speaks the protocol; this
 * decides who is told of what, and how fast.
 *
 * @returns `undefined` for a server without resources
 */
export function createSubscriptions<Services>(
  options: SubscriptionsOptions<Services>,
): Subscriptions | undefined {
  const { store, mayListen, logger } = options;
  const { resources } = options.content;
  if (resources.length === 0) return undefined;
  const listenUrl = options.config.databaseListenUrl;
  const hub = createHub((listener) => followChanges(store, { listenUrl, logger, ...listener }));
  /** The stream that is being served. The SDK has no other way to say which of its streams subscribes. */
  const serving = new AsyncLocalStorage<PacedStream>();
  const open = new Set<PacedStream>();
  let onAllOver = () => {};

  return {
    bus: {
      // Nobody publishes here: changes come from the hub.
      publish: () => {},
      subscribe(listener) {
        const stream = serving.getStore();
        stream?.attach(listener);
        return () => stream?.detach();
      },
    },
    async open(res, message, caller, authorization) {
      const excess = excessOf(message);
      if (excess !== undefined) return excess;
      const uris = allowedUris(message, caller, resources);
      const stream = new PacedStream();
      const tell = (uri: string) => stream.tell(uris.get(uri) ?? uri);
      const unsubscribe = await hub.subscribe({ uris: [...uris.keys()], tell });
      open.add(stream);
      const checks = setInterval(async () => {
        if (!stream.isMoving() || !(await mayListen(caller, authorization))) res.destroy();
      }, KEEP_ALIVE_MS);
      onceOver(res, () => {
        clearInterval(checks);
        unsubscribe();
        open.delete(stream);
        if (open.size === 0) onAllOver();
      });
      return { message: withUris(message, [...uris.values()]), run: (serve) => serving.run(stream, serve) };
    },
    paced(answer) {
      const stream = serving.getStore();
      if (stream === undefined || answer.body === null) return answer;
      return Object.defineProperty(answer, 'body', { value: stream.pace(answer.body), configurable: true });
    },
    async close() {
      hub.close();
      if (open.size === 0) return;
      const allOver = new Promise<void>((resolve) => {
        onAllOver = resolve;
      });
      await Promise.race([allOver, elapsed(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}
