import type { ServiceContext } from './platform/define-server.js';
import type { Settings } from './settings.js';

/** What tools need besides the store: clients of other systems, pools, caches. Tools get it as `context.services`. */
export type Services = Awaited<ReturnType<typeof createServices>>;

/** Creates the services, once at the start. An optional `close` is awaited when the server stops. */
export async function createServices(_context: ServiceContext<Settings>) {
  return {};
}
