import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mediaFiles } from '../../../src/platform/http/static-files.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { sendRaw } from '../../support/app/raw.js';

const directory = join(import.meta.dirname, '../fixture/public');
let app: TestApp;

beforeAll(async () => {
  app = await startApp({}, {}, { routes: [mediaFiles(directory)] });
});

afterAll(() => app.stop());

const get = (path: string, init?: Parameters<typeof sendRaw>[2]) => sendRaw(app.url, path, init);

it.each([
  ['/style.css', 'text/css; charset=utf-8'],
  ['/page.js', 'text/javascript; charset=utf-8'],
  ['/icon.svg', 'image/svg+xml'],
])('serves %s with its type, and forbids guessing', async (path, type) => {
  const file = await get(path);
  expect(file.status).toBe(200);
  expect(file.headers).toMatchObject({ 'content-type': type, 'x-content-type-options': 'nosniff' });
});

it.each([
  '/../package.json',
  '/images/../../package.json',
  '/%2e%2e/package.json',
  '/images/%2e%2e%2f%2e%2e%2fpackage.json',
  '/..%5c..%5cpackage.json',
  '/%252e%252e/package.json',
  '/index.html%00.jpg',
  '/%00',
  '/%E0%A4%A',
  '/.env',
  '/.git/config',
  '/images/.hidden',
  '//etc/passwd',
  '/images',
  '/images/',
  `/images/${'a'.repeat(5000)}.jpg`,
])('answers %.60s with 404 as JSON', async (path) => {
  const answer = await get(path);
  expect(answer.status).toBe(404);
  expect(JSON.parse(answer.body)).toMatchObject({ error: 'not_found' });
});

it('hides files whose names begin with a dot, even existing ones', async () => {
  const file = join(directory, '.hidden-by-test');
  await writeFile(file, 'secret');
  try {
    expect((await get('/.hidden-by-test')).status).toBe(404);
  } finally {
    await rm(file);
  }
});

it.each([
  ['/images/dot.jpg', 'image/jpeg'],
  ['/tone.opus', 'audio/ogg'],
])('serves %s to every page, cacheable for a week', async (path, type) => {
  const file = await get(path);
  expect(file.status).toBe(200);
  expect(file.headers).toMatchObject({
    'content-type': type,
    'cache-control': 'public, max-age=604800',
    'access-control-allow-origin': '*',
  });
  expect(await get(path, { headers: { 'If-None-Match': file.headers.etag ?? '' } })).toMatchObject({
    status: 304,
    body: '',
  });
});

it('serves a range of a recording, as players request it', async () => {
  const part = await get('/tone.opus', { headers: { Range: 'bytes=0-3' } });
  expect(part).toMatchObject({ status: 206, body: 'OggS' });
  expect(part.headers['content-range']).toMatch(/^bytes 0-3\/\d+$/);
  const beyond = await get('/tone.opus', { headers: { Range: 'bytes=9999999-' } });
  expect(beyond.status).toBe(416);
  expect(JSON.parse(beyond.body)).toHaveProperty('error');
  expect(beyond.headers['content-type']).toContain('application/json');
});

it('leaves methods other than GET and HEAD to later routes', async () => {
  expect((await get('/', { method: 'HEAD' })).status).toBe(200);
  expect((await get('/', { method: 'POST' })).status).toBe(404);
});
