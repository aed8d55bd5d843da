import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Caller } from '../../src/platform/caller.js';
import { createLogger } from '../../src/platform/logger.js';
import { seedShop } from '../../src/shop/seed.js';
import { createTracking, type Tracking } from '../../src/shop/tracking.js';
import { startTrackingStandIn } from '../../src/shop/tracking-stand-in.js';
import { trackDelivery } from '../../src/tools/track-delivery.js';
import { freePort } from '../support/app/port.js';
import { startRecorder } from '../support/programs/recorder.js';
import { type CallOptions, startTools } from '../support/tools/start-tools.js';

const KEY = 'tracking-key-7f3a';
const PARCEL = {
  carrier: 'Fast Parcels',
  status: 'in_transit',
  events: [{ at: '2026-09-01T09:00:00.000Z', place: 'Hub', description: 'Sorted' }],
  added_later: true,
};

/** Starts the shop with this client of the tracking API. */
async function startShop(tracking: Tracking | undefined) {
  const services = { tracking, close: async () => {} };
  const shop = await startTools({ tools: [trackDelivery], services, demoData: seedShop });
  const track = (order_id: string, options?: CallOptions) =>
    shop.call('track_delivery', { order_id }, options);
  return { ...shop, track };
}

/** Starts a tracking API that gives these answers in turn, and then repeats the last one. */
async function startApi(...answers: ((res: ServerResponse) => void)[]) {
  const left = [...answers];
  const api = await startRecorder((_path, res) => (left.length > 1 ? left.shift() : left[0])?.(res));
  onTestFinished(() => api.stop());
  return { ...api, url: `http://127.0.0.1:${api.port}` };
}

const status =
  (code: number, body: unknown = {}, headers = {}) =>
  (res: ServerResponse) =>
    void res.writeHead(code, headers).end(JSON.stringify(body));
const drop = (res: ServerResponse) => void res.destroy();

describe('with the stand-in of a demonstration', async () => {
  const standIn = await startTrackingStandIn(createLogger({ logLevel: 'silent', logPretty: false }));
  afterAll(() => standIn.close());
  const shop = await startShop(createTracking(standIn));
  const as = (caller: Caller) => ({ as: caller });

  it('returns carrier, status and events', async () => {
    expect((await shop.track('ORD-1005')).structuredContent).toEqual({
      order_id: 'ORD-1005',
      carrier: 'Parcel Line',
      status: 'in_transit',
      events: [
        { at: expect.any(String), place: 'Our warehouse', description: 'Handed to the carrier' },
        { at: expect.any(String), place: 'Sorting centre', description: 'Sorted' },
      ],
    });
    expect((await shop.track('ORD-1001')).structuredContent).toMatchObject({ status: 'delivered' });
  });

  it('shows users their own orders, and services all', async () => {
    const [others, none] = [await shop.track('ORD-2005'), await shop.track('ORD-9999')];
    expect(others).toMatchObject({ isError: true });
    expect(JSON.stringify(others).replaceAll('ORD-2005', 'ORD-9999')).toBe(JSON.stringify(none));
    for (const caller of [shop.user('bob'), shop.service]) {
      expect((await shop.track('ORD-2005', as(caller))).isError).toBeFalsy();
    }
  });

  it('says that there is no parcel yet', async () => {
    expect(await shop.track('ORD-1007')).toMatchObject({
      isError: true,
      content: [{ text: 'The carrier has no parcel for order ORD-1007. Its status is: processing.' }],
    });
  });
});

it('says so when tracking is not configured', async () => {
  const shop = await startShop(undefined);
  expect(await shop.track('ORD-1005')).toMatchObject({
    isError: true,
    content: [{ text: expect.stringMatching(/not set up on this server.*get_order_status/) }],
  });
});

it('sends the key with the request, and drops unknown fields', async () => {
  const api = await startApi(status(200, PARCEL));
  const shop = await startShop(createTracking({ url: `${api.url}/v2`, key: KEY }));
  const { added_later, ...known } = PARCEL;
  expect((await shop.track('ORD-1005')).structuredContent).toEqual({ order_id: 'ORD-1005', ...known });
  expect(api.seen).toMatchObject([
    { path: '/v2/shipments/ORD-1005', headers: { authorization: `Bearer ${KEY}` } },
  ]);
});

it.each([
  ['a gateway that is away for a moment', status(502)],
  ['a service that is starting', status(503)],
  ['a gateway that waited too long', status(504)],
  ['a connection that breaks', drop],
])('tries once more after %s, and reports it', async (_what, failure) => {
  const api = await startApi(failure, status(200, PARCEL));
  const shop = await startShop(createTracking({ url: api.url, key: KEY }));
  const steps: unknown[] = [];
  const result = await shop.track('ORD-1005', { onprogress: (step) => steps.push(step) });
  expect(result.structuredContent).toMatchObject({ carrier: 'Fast Parcels' });
  expect(api.seen).toHaveLength(2);
  expect(steps).toEqual([
    { progress: 1, total: 3, message: 'Asking the carrier' },
    { progress: 2, total: 3, message: 'Asking the carrier once more' },
    { progress: 3, total: 3 },
  ]);
});

describe('when the API', () => {
  it.each([
    ['stays away', status(503), 2, 'unreachable', /cannot be reached.*Try again/],
    ['breaks every connection', drop, 2, 'unreachable', /cannot be reached.*Try again/],
    ['does not answer in time', () => {}, 1, 'timeout', /too long.*Try again/],
    ['does not know the key', status(401), 1, 'refused', /does not accept.*operator/],
    ['does not allow it', status(403), 1, 'refused', /does not accept.*operator/],
    ['fails', status(500), 1, 'invalid', /cannot be read.*operator/],
    ['redirects', status(302, {}, { Location: '/elsewhere' }), 1, 'invalid', /cannot be read.*operator/],
    ['answers something else', status(200, { ...PARCEL, status: 'lost' }), 1, 'invalid', /cannot be read/],
    ['answers no JSON', (res: ServerResponse) => void res.end('<html>'), 1, 'invalid', /cannot be read/],
  ])('%s, the answer says what to do, and the log why', async (_what, answer, attempts, reason, advice) => {
    const api = await startApi(answer);
    const attemptMs = reason === 'timeout' ? 100 : 10_000;
    const shop = await startShop(createTracking({ url: api.url, key: KEY, attemptMs }));
    const result = await shop.track('ORD-1005');
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(advice) }] });
    expect(api.seen).toHaveLength(attempts);
    const lines = shop.logs.filter(({ msg }) => msg === 'tracking failed');
    expect(lines).toMatchObject([{ reason, requestId: expect.any(String) }]);
    expect(JSON.stringify(result)).not.toMatch(/127\.0\.0\.1|tracking-key/);
    expect(JSON.stringify(shop.logs)).not.toContain(KEY);
  });
});

it('says that the carrier cannot be reached when nobody listens', async () => {
  const shop = await startShop(createTracking({ url: `http://127.0.0.1:${await freePort()}`, key: KEY }));
  const result = await shop.track('ORD-1005');
  expect(result).toMatchObject({ content: [{ text: expect.stringContaining('cannot be reached') }] });
  expect(JSON.stringify(result)).not.toContain('127.0.0.1');
});

it('stops asking when the client cancels, and does not try again', async () => {
  let asked: (res: ServerResponse) => void = () => {};
  const waiting = new Promise<ServerResponse>((resolve) => {
    asked = resolve;
  });
  const api = await startApi(asked);
  const shop = await startShop(createTracking({ url: api.url, key: KEY }));
  const cancel = new AbortController();
  const call = shop.track('ORD-1005', { signal: cancel.signal });
  const res = await waiting;
  const closed = once(res, 'close');
  cancel.abort();
  await expect(call).rejects.toThrow();
  await closed;
  expect(api.seen).toHaveLength(1);
  expect(shop.logs.filter(({ level }) => Number(level) >= 40)).toEqual([]);
});
