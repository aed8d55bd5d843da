import { expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../src/platform/logger.js';
import { createServices } from '../src/services.js';
import type { Settings } from '../src/settings.js';
import { openTestStore } from './support/app/database.js';

const log = createLogger({ logLevel: 'silent', logPretty: false });
const unset: Settings = { trackingUrl: undefined, trackingApiKey: undefined };

async function servicesFor(settings: Settings, demoData: boolean) {
  const store = await openTestStore();
  onTestFinished(() => store.destroy());
  return createServices({ settings, store, log, demoData });
}

it('tracks with a stand-in during a demonstration, until the services are closed', async () => {
  const { tracking, close } = await servicesFor(unset, true);
  const find = () => tracking?.find('ORD-1005', { signal: AbortSignal.timeout(10_000) });
  expect(await find()).toMatchObject({ status: 'in_transit' });
  await close();
  await expect(find()).rejects.toMatchObject({ reason: 'unreachable' });
});

it('uses the API in the settings, even during a demonstration', async () => {
  const settings: Settings = { trackingUrl: 'http://127.0.0.1:1', trackingApiKey: 'key' };
  for (const demoData of [true, false]) {
    const { tracking, close } = await servicesFor(settings, demoData);
    const attempt = tracking?.find('ORD-1005', { signal: AbortSignal.timeout(10_000) });
    await expect(attempt).rejects.toMatchObject({ reason: 'unreachable' });
    await close();
  }
});

it('offers no tracking without an address', async () => {
  const { tracking, close } = await servicesFor(unset, false);
  expect(tracking).toBeUndefined();
  await close();
});
