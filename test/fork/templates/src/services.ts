import { createPractice } from './clinic/practice.js';
import type { ServiceContext } from './platform/define-server.js';
import type { Settings } from './settings.js';

/** What tools need besides the store: API clients, pools, caches. Tools receive it as `context.services`. */
export type Services = Awaited<ReturnType<typeof createServices>>;

/** Makes the services, once, at the start. An optional `close` is awaited when the server stops. */
export async function createServices({ settings }: ServiceContext<Settings>) {
  return { practice: createPractice(settings.clinicApiUrl) };
}
