import { createServer } from 'node:http';
import express from 'express';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cors, setCorsHeaders } from '../../../src/platform/http/cors.js';
import { closeServer, listenLocally } from '../../support/app/port.js';

const isAllowed = (origin: string) => origin === 'https://page.example';
const plain = createServer((req, res) => {
  setCorsHeaders(req, res, isAllowed);
  res.end();
});
const app = createServer(
  express()
    .disable('x-powered-by')
    .use(cors('POST', isAllowed), (_req, res) => void res.end()),
);
let origins: string[];
beforeAll(async () => {
  const ports = [await listenLocally(plain), await listenLocally(app)];
  origins = ports.map((port) => `http://127.0.0.1:${port}`);
});
afterAll(async () => {
  await closeServer(plain);
  await closeServer(app);
});

it.each([
  ['https://page.example', 'https://page.example'],
  ['https://other.example', null],
  [undefined, null],
])('a page of %s may read an answer, with and without Express: %s', async (origin, allowed) => {
  const init = { method: 'POST', ...(origin !== undefined && { headers: { Origin: origin } }) };
  const answers = await Promise.all(origins.map((url) => fetch(url, init)));
  const headers = answers.map((answer) => [...answer.headers].filter(([name]) => name !== 'date'));
  expect(headers[0]).toEqual(headers[1]);
  expect(answers[0]?.headers.get('access-control-allow-origin')).toBe(allowed);
  expect(answers[0]?.headers.get('vary')).toBe('Origin');
});
