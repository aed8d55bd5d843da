import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { staticFiles } from '../../../src/platform/http/static-files.js';
import { startApp, type TestApp } from '../../support/app.js';
import { getRaw, hostileNames } from '../../support/files.js';

let app: TestApp;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'static-files-'));
  await mkdir(join(directory, 'public/.git'), { recursive: true });
  await mkdir(join(directory, 'public/folder'));
  await writeFile(join(directory, 'secret.pdf'), 'secret');
  await writeFile(join(directory, 'package.pdf'), 'secret');
  await writeFile(join(directory, 'public/.env'), 'secret');
  await writeFile(join(directory, 'public/.git/config'), 'secret');
  await writeFile(join(directory, 'public/folder/index.html'), 'index');
  await writeFile(join(directory, 'public/guide.opus'), '0123456789');
  app = await startApp({}, {}, { publicRoutes: [staticFiles('/files', join(directory, 'public'))] });
});
afterAll(async () => {
  await app.stop();
  await rm(directory, { recursive: true });
});

it('sends a file with its type, to be kept for a week', async () => {
  const response = await fetch(`${app.url}/files/guide.opus`);
  expect(await response.text()).toBe('0123456789');
  expect(response.headers.get('Content-Type')).toBe('audio/ogg');
  expect(response.headers.get('Cache-Control')).toBe('public, max-age=604800');
  expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
  expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
});

it('sends a part of a file, as players ask for', async () => {
  const response = await fetch(`${app.url}/files/guide.opus`, { headers: { Range: 'bytes=2-4' } });
  expect(response.status).toBe(206);
  expect(response.headers.get('Content-Range')).toBe('bytes 2-4/10');
  expect(await response.text()).toBe('234');
  const beyond = await fetch(`${app.url}/files/guide.opus`, { headers: { Range: 'bytes=50-' } });
  expect(beyond.status).toBe(416);
  expect(beyond.headers.get('Content-Type')).toContain('application/json');
});

it('answers 304 to a client that has the file', async () => {
  const etag = (await fetch(`${app.url}/files/guide.opus`)).headers.get('ETag') ?? '';
  expect(await getRaw(app.url, '/files/guide.opus', { 'If-None-Match': etag })).toMatchObject({
    status: 304,
  });
});

it.each(['.env', '.git/config', '', 'folder', 'folder/', '../secret.pdf', ...hostileNames])(
  'answers 404 as JSON for "%.40s"',
  async (name) => {
    const { status, type, body } = await getRaw(app.url, `/files/${name}`);
    expect(status).toBe(404);
    expect(type).toContain('application/json');
    expect(body).not.toContain('secret');
  },
);
