import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import express, { type ErrorRequestHandler, type Request, type Response } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonBody } from '../../../src/platform/http/json-body.js';
import { localsOf } from '../../../src/platform/http/request-locals.js';
import { closeServer, listenLocally } from '../../support/app/port.js';

const onError: ErrorRequestHandler = (error, _req, res, _next) =>
  void res.json({ status: error.status, type: error.type, message: error.message });
const app = express()
  .use('/strict', jsonBody({ limit: 250, strict: true }))
  .use('/loose', jsonBody({ limit: 250, strict: false }))
  .use((req, res) => void res.json({ hasBody: req.body !== undefined, body: req.body }))
  .use(onError);
const atOnce = createServer(app);
const afterReading = createServer(async (req, res) => {
  localsOf(res).bytes = await buffer(req);
  app(req as Request, res as Response);
});
let origins: string[];
beforeAll(async () => {
  origins = [];
  for (const server of [atOnce, afterReading])
    origins.push(`http://127.0.0.1:${await listenLocally(server)}`);
});
afterAll(async () => {
  await closeServer(atOnce);
  await closeServer(afterReading);
});

const JSON_TYPE = { 'Content-Type': 'application/json' };

describe.each(['/strict', '/loose'])(
  'a body that was read before Express saw the request is parsed as ever at %s',
  (path) => {
    it.each<[string, string | number[], Record<string, string>, object]>([
      ['an object', '{"a":"é","b":[1,{}]}', JSON_TYPE, { body: { a: 'é', b: [1, {}] } }],
      ['nothing', '', JSON_TYPE, { body: {} }],
      ['JSON under another type', '{"a":1}', { 'Content-Type': 'text/plain' }, { hasBody: false }],
      ['half a document', '{"a":', JSON_TYPE, { type: 'entity.parse.failed' }],
      ['half a surrogate pair', '{"a":"\\ud83d"}', JSON_TYPE, { body: { a: '\ufffd' } }],
      ['a byte order mark', '\ufeff{"a":1}', JSON_TYPE, { body: { a: 1 } }],
      [
        'bytes that are not UTF-8',
        [0x5b, 0x22, 0xff, 0xe2, 0x82, 0x22, 0x5d],
        JSON_TYPE,
        { body: ['\ufffd\ufffd'] },
      ],
      ['too many bytes', `["${'x'.repeat(250)}"]`, JSON_TYPE, { status: 413 }],
      ['too many levels', '['.repeat(101) + ']'.repeat(101), JSON_TYPE, { type: 'entity.too.deep' }],
      ['an unknown charset', '{}', { 'Content-Type': 'application/json;charset=utf-99' }, { status: 415 }],
      ['another charset', '{}', { 'Content-Type': 'application/json;charset=latin1' }, { status: 415 }],
      ['a coding it is not in', '{}', { ...JSON_TYPE, 'Content-Encoding': 'gzip' }, { status: 400 }],
      ['an unknown coding', '{}', { ...JSON_TYPE, 'Content-Encoding': 'zip' }, { status: 415 }],
    ])('%s', async (_what, body, headers, expected) => {
      const init = { method: 'POST', headers, body: typeof body === 'string' ? body : Buffer.from(body) };
      const answers = await Promise.all(
        origins.map(async (origin) => (await fetch(`${origin}${path}`, init)).json()),
      );
      expect(answers[0]).toMatchObject(expected);
      expect(answers[1]).toEqual(answers[0]);
    });
  },
);
