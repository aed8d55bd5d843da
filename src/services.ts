import type { ServiceContext } from './platform/define-server.js';
import type { Settings } from './settings.js';
import { createTracking } from './shop/tracking.js';
import { startTrackingStandIn } from './shop/tracking-stand-in.js';

/** What tools need besides the store: API clients, pools, caches. Tools receive it as `context.services`. */
export type Services = Awaited<ReturnType<typeof createServices>>;

/**
 * Makes the services, once, at the start. An error stops the start with its message. `close` is awaited when the server
 * stops, after the last call and before the store closes.
 */
export async function createServices({ settings, log, demoData }: ServiceContext<Settings>) {
  const { trackingUrl: url, trackingApiKey: key } = settings;
  const standIn = demoData && url === undefined ? await startTrackingStandIn(log) : undefined;
  const api = standIn ?? (url !== undefined && key !== undefined ? { url, key } : undefined);
  return {
    /** `undefined` when no tracking API is configured. */
    tracking: api && createTracking(api),
    close: async () => standIn?.close(),
  };
}
