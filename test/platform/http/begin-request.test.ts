import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import express, { type Request, type Response } from 'express';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { beginRequest } from '../../../src/platform/http/begin-request.js';
import { createMetrics } from '../../../src/platform/http/metrics.js';
import { localsOf } from '../../../src/platform/http/request-locals.js';
import { requestLog } from '../../../src/platform/http/request-log.js';
import { middleware } from '../../../src/platform/http/step.js';
import { createLogger } from '../../../src/platform/logger.js';
import { closeServer, listenLocally } from '../../support/app/port.js';

const lines: Record<string, unknown>[] = [];
const logger = createLogger(
  { logLevel: 'info', logPretty: false },
  { write: (line) => void lines.push(JSON.parse(line)) },
);
const metrics = await createMetrics([]);
const begin = beginRequest([requestLog(logger), metrics.observe]);
const app = express()
  .use(middleware(begin))
  .post('/mcp', (_req, res) => void res.end('Express'));
const open: ServerResponse[] = [];
/** Answers or hands on before Express sees the request. */
const server = createServer((req, res) => {
  begin(req, res);
  if (req.url === '/slow') {
    open.push(res);
  } else if (req.headers['x-lane'] === undefined) {
    app(req as Request, res as Response);
  } else {
    localsOf(res).lane = 'fast';
    res.end('lane');
  }
});
let url: string;
let metricsUrl: string;
beforeAll(async () => {
  url = `http://127.0.0.1:${await listenLocally(server)}`;
  metricsUrl = `http://127.0.0.1:${await listenLocally(metrics.server)}`;
});
afterAll(async () => {
  await closeServer(server);
  await closeServer(metrics.server);
});

const call = (headers: Record<string, string> = {}) => fetch(`${url}/mcp?x=1`, { method: 'POST', headers });
const linesOf = (response: globalThis.Response) =>
  lines.filter(({ requestId }) => requestId === response.headers.get('x-request-id'));

it('a request that is handed on to Express is logged and counted once', async () => {
  const response = await call();
  expect(await response.text()).toBe('Express');
  await expect.poll(() => linesOf(response)).toMatchObject([{ method: 'POST', route: '/mcp', status: 200 }]);
  expect(linesOf(response)[0]).not.toHaveProperty('lane');
  expect(await (await fetch(metricsUrl)).text()).toContain(
    'http_request_duration_seconds_count{method="POST",route="/mcp",status="200"} 1\n',
  );
});

it('the line of a request that the lane answered says so, and its metrics have the same labels', async () => {
  const response = await call({ 'X-Lane': 'yes' });
  expect(await response.text()).toBe('lane');
  await expect.poll(() => linesOf(response)).toMatchObject([{ route: '/mcp', status: 200, lane: 'fast' }]);
  expect(await (await fetch(metricsUrl)).text()).toContain(
    'http_request_duration_seconds_count{method="POST",route="/mcp",status="200"} 2\n',
  );
});

it('a request whose client is gone before Express sees it is logged as aborted', async () => {
  const controller = new AbortController();
  const answer = fetch(`${url}/slow`, { signal: controller.signal });
  await expect.poll(() => open.length).toBe(1);
  controller.abort();
  await answer.catch(() => undefined);
  if (open[0]?.closed === false) await once(open[0], 'close');
  expect(lines.filter(({ route }) => route === '/slow')).toMatchObject([{ aborted: true }]);
});
