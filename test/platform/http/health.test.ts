import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, expect, it } from 'vitest';
import { healthRoutes } from '../../../src/platform/http/health.js';
import { createLogger } from '../../../src/platform/logger.js';
import { openStore, type Store } from '../../../src/platform/store/database.js';
import { createReadiness } from '../../../src/platform/store/readiness.js';

const logger = createLogger({ logLevel: 'silent', logPretty: false });

let close = () => {};
afterEach(() => close());

async function serve(store: Store, isDraining = () => false): Promise<string> {
  const server = express()
    .use(healthRoutes(createReadiness(store, logger), isDraining))
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  close = () => void server.close();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('is not ready while it stops, but still alive', async () => {
  const store = await openStore('file::memory:');
  const url = await serve(store, () => true);
  const ready = await fetch(`${url}/readyz`);
  expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await ready.json()).toEqual({ status: 'unavailable', reason: 'the server is stopping' });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  await store.destroy();
});

it('is not ready when the database accepts a query and never answers', async () => {
  const url = await serve({ getExecutor: () => silent } as unknown as Store);
  const ready = await fetch(`${url}/readyz`);
  expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await ready.json()).toMatchObject({ reason: 'the database does not answer' });
});

/** As much of a store as a query needs. */
const silent = {
  adapter: {},
  transformQuery: (node: unknown) => node,
  compileQuery: () => ({ sql: 'select 1', parameters: [], query: {} }),
  executeQuery: () => new Promise(() => {}),
  withPlugins: () => silent,
};
