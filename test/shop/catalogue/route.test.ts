import { copyFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { mediaFiles } from '../../../src/platform/http/static-files.js';
import type { Store } from '../../../src/platform/store/database.js';
import definition from '../../../src/server.js';
import { catalogueFileName, catalogueRoutes, catalogueUrl } from '../../../src/shop/catalogue/route.js';
import { imageDirectory } from '../../../src/shop/media-files.js';
import { seedShop } from '../../../src/shop/seed.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { openTestStore } from '../../support/app/database.js';
import { type FailingStore, failingStore } from '../../support/app/failing-store.js';
import { sendRaw } from '../../support/app/raw.js';
import { readPdf } from './pdf.js';

let app: TestApp;
let store: Store;
let database: FailingStore;
beforeAll(async () => {
  store = await openTestStore(definition.migrations);
  await seedShop(store);
  database = failingStore(store);
  app = await startApp({}, {}, { store, routes: [await catalogueRoutes(database.store), mediaFiles()] });
});
afterAll(() => app.stop());

const get = (category: string, init?: RequestInit) => fetch(catalogueUrl(app.url, category), init);
const bytes = async (response: Response) => new Uint8Array(await response.arrayBuffer());

it('sends a PDF with a file name, to be revalidated each time', async () => {
  const response = await get('lighting');
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Type')).toBe('application/pdf');
  expect(response.headers.get('Content-Disposition')).toContain('filename="acme-lighting.pdf"');
  expect(response.headers.get('Cache-Control')).toBe('public, no-cache');
  const { pages } = await readPdf(await bytes(response));
  expect(pages[1]).toContain('Arc floor lamp');
});

it('answers HEAD with the same headers and nothing else', async () => {
  const whole = await get('lighting');
  const head = await get('lighting', { method: 'HEAD' });
  expect(head.status).toBe(200);
  expect(head.headers.get('Content-Length')).toBe(String((await bytes(whole)).length));
  expect(head.headers.get('ETag')).toBe(whole.headers.get('ETag'));
});

it('answers 304 as long as nothing has changed', async () => {
  const etag = (await get('seating')).headers.get('ETag') ?? '';
  const again = await sendRaw(app.url, '/catalogs/seating.pdf', {
    headers: { 'If-None-Match': etag },
  });
  expect(again).toMatchObject({ status: 304, body: '' });
});

it('makes a catalogue once, and again after a product changes', async () => {
  const before = await get('tables');
  const unchanged = await get('tables');
  const first = await bytes(before);
  // A PDF contains its creation time and an id, so equal bytes mean that it was not made again.
  expect(await bytes(unchanged)).toEqual(first);
  await store.updateTable('products').set({ price_minor: 12345 }).where('id', '=', 'table-side').execute();
  const etag = before.headers.get('ETag') ?? '';
  const changed = await sendRaw(app.url, '/catalogs/tables.pdf', {
    headers: { 'If-None-Match': etag },
  });
  expect(changed.status).toBe(200);
  const after = await get('tables');
  expect(after.headers.get('ETag')).not.toBe(etag);
  expect((await readPdf(await bytes(after))).pages[1]).toContain('123.45 EUR');
});

it('has a new ETag each day', async () => {
  const tagOn = async (day: string) => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date(day) });
    return (await get('seating')).headers.get('ETag');
  };
  try {
    const evening = await tagOn('2026-11-24T23:00:00Z');
    expect(await tagOn('2026-11-24T01:00:00Z')).toBe(evening);
    expect(await tagOn('2026-11-25T01:00:00Z')).not.toBe(evening);
  } finally {
    vi.useRealTimers();
  }
});

it('is made again when a picture is added, changed or removed', async () => {
  const picture = join(imageDirectory, 'test-picture.jpg');
  const product = {
    category: 'shown',
    name: 'Shown',
    description: '',
    price_minor: 1,
    currency: 'EUR',
    stock: 1,
  };
  await store
    .insertInto('products')
    .values({ id: 'test-picture', ...product })
    .execute();
  const seen = async () => {
    const response = await get('shown');
    const { pictures } = await readPdf(await bytes(response));
    return { tag: response.headers.get('ETag'), pictures: pictures[1]?.length };
  };
  const without = await seen();
  try {
    await copyFile(join(imageDirectory, 'lamp-arc.jpg'), picture);
    const first = await seen();
    await utimes(picture, new Date(), new Date('2026-01-01'));
    const touched = await seen();
    expect([without.pictures, first.pictures]).toEqual([0, 1]);
    expect(new Set([without.tag, first.tag, touched.tag]).size).toBe(3);
  } finally {
    await rm(picture, { force: true });
  }
  expect(await seen()).toEqual(without);
});

it.each([
  ['हिन्दी', 'acme-हिन्दी.pdf'],
  ['u\u0308bung', 'acme-\u00fcbung.pdf'],
  [' (bed & bath) ', 'acme-bed-bath.pdf'],
  ['🪑', 'acme-catalogue.pdf'],
  ['', 'acme-catalogue.pdf'],
])('calls the file of %j %s', (category, name) => {
  expect(catalogueFileName(category)).toBe(name);
});

it('serves a category whose name is not a plain word', async () => {
  const category = 'außen / 灯';
  const product = { name: 'Torch', description: '', price_minor: 1, currency: 'EUR', stock: 1 };
  await store
    .insertInto('products')
    .values({ id: 'torch', category, ...product })
    .execute();
  const response = await get(category);
  expect(response.status).toBe(200);
  expect(catalogueFileName(category)).toBe('acme-außen-灯.pdf');
  expect(response.headers.get('Content-Disposition')).toContain(
    "filename*=UTF-8''acme-au%C3%9Fen-%E7%81%AF.pdf",
  );
});

it.each([
  'nothing',
  'Lighting',
  '../../etc/passwd',
  '..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e/%2e%2e/package',
  '%2e%2e%2f%2e%2e%2fpackage',
  '..%5c..%5cpackage',
  '..%00',
  'lighting%00',
  'a'.repeat(5000),
  '%F0%9F%AA%91',
  '..%c0%af..%c0%afetc%c0%afpasswd',
  '%ff',
  '%',
])('answers 404 as JSON for "%.40s"', async (name) => {
  const { status, headers, body } = await sendRaw(app.url, `/catalogs/${name}.pdf`);
  expect(status).toBe(404);
  expect(headers['content-type']).toContain('application/json');
  expect(JSON.parse(body)).toMatchObject({ error: 'not_found' });
});

it('is 503 with Retry-After while the database is down, and files of the website are sent as always', async () => {
  database.fail();
  const pdf = await get('lighting');
  const page = await get('lighting', { headers: { Accept: 'text/html' } });
  const picture = await fetch(`${app.url}/images/table-side.jpg`);
  database.recover();
  for (const { status, headers } of [pdf, page])
    expect([status, headers.get('Retry-After')]).toEqual([503, '5']);
  expect(await pdf.json()).toMatchObject({ error: 'temporarily_unavailable' });
  expect(await page.text()).toContain('The database does not answer');
  expect(picture.status).toBe(200);
  expect((await get('lighting')).status).toBe(200);
});
