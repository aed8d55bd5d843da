import fc from 'fast-check';
import { add, type Change, having, set, without } from './draft.js';

/** Sets a header to each of these values. */
const each = (name: string, values: string) => values.split('|').map((value) => set(name, value));

const ACCEPT =
  'application/json|text/event-stream|*/*|application/*, text/*|APPLICATION/JSON, Text/Event-Stream|' +
  'application/json;q=0.5, text/event-stream|text/html, */*;q=0.1|text/html|*/*;q=0|nonsense||' +
  'application/json;q=0, */*|application/json, text/event-stream;q=0|application/json,text/event-stream|' +
  'application/json; charset=utf-8, text/event-stream|application/json, text/event-stream, */*;q=0.1';
const CONTENT_TYPE =
  'application/json; charset=utf-8|application/json;charset=UTF-8|application/json; charset=utf8|' +
  'application/json; charset="utf-8"|application/json; charset=latin1|application/json; charset=utf-16|' +
  'Application/JSON|application/json ; x=y|application/json;|application/vnd.api+json|text/json|text/plain|' +
  'application/jsonp|multipart/form-data; boundary=x|application/x-www-form-urlencoded||' +
  'application/json, application/json|application/json; charset=utf-8; boundary=x';
const REVISION =
  '2025-11-25|2025-06-18|2025-03-26|2024-11-05|2024-10-07|2026-07-28|2026-07-28 |2027-01-01|DRAFT-2026-v1|1.0||' +
  '2026-07-28, 2025-11-25';
const AUTHORIZATION =
  'Bearer {service}|Bearer {ann}|Bearer {bea}|Bearer {reports}|Bearer {revoked}|Bearer {expired}|' +
  'Bearer {disabled}|Bearer {forged}|Bearer {foreign}|bearer {service}|BEARER {ann}|Bearer  {service}|' +
  'Bearer {service} |Bearer {service},|Bearer|Basic {service}|{service}|Bearer garbage|Bearer a.b.c|' +
  'Bearer {service}x|Bearer "{service}"|';
const NAME = 'echo|Echo| echo||other|=?base64?ZWNobw==?=|=?base64?!?=|=?BASE64?ZWNobw==?=|ech%6F';
const ORIGIN =
  'http://localhost:3000|https://app.example.com|https://evil.example|null||http://localhost.evil.example|' +
  '{origin}|HTTPS://app.example.com|http://127.0.0.1';
const HOST =
  'localhost|LOCALHOST:1|127.0.0.1:99|[::1]:8000|evil.example|localhost.||localhost@evil|a b|mcp.example.com|' +
  'localhost:99999';
const TARGETS =
  '/mcp/|/MCP|/mcp?x=1|/mcp?|//mcp|/mcp#x|/%6dcp|/mcp%2f|/mcp//|/mcp/x|/./mcp|/|/mcp;x|/mcp/?x=/mcp|mcp|*|' +
  'http://localhost/mcp|HTTP://LOCALHOST/mcp|http://evil.example/mcp|/healthz|/messages|' +
  '/mcp/.well-known/oauth-protected-resource|/.well-known/oauth-protected-resource';

const further: Change[] = [
  ...['Mcp-Method', 'Mcp-Name', 'Mcp-Protocol-Version', 'Accept', 'Content-Type', 'Host'].map(without),
  without('Authorization'),
  add('Mcp-Name', 'echo'),
  add('Mcp-Method', 'tools/call'),
  add('Mcp-Protocol-Version', '2026-07-28'),
  add('Authorization', 'Bearer {ann}'),
  add('Content-Type', 'text/plain'),
  add('Accept', 'text/html'),
  add('Mcp-Session-Id', 'an-old-session'),
  add('Last-Event-ID', '7'),
  add('Cookie', 'a=b'),
  add('Mcp-Param-Text', 'x'),
  add('X-Forwarded-For', '203.0.113.7'),
  add('X-Forwarded-Host', 'evil.example'),
  add('X-Http-Method-Override', 'GET'),
  add('If-None-Match', '*'),
  add('Range', 'bytes=0-1'),
  add('User-Agent', 'Claude-User'),
  add('traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'),
  add('X-Long', 'x'.repeat(4000)),
];

const connections: Change[] = [
  ...['GET', 'HEAD', 'DELETE', 'OPTIONS', 'PUT', 'PATCH', 'post', 'QUERY'].map((method) =>
    having(method, { method }),
  ),
  having('HTTP/1.0', { version: '1.0' }),
  having('HTTP/1.0 without a length', { version: '1.0', framing: 'none' }),
  having('HTTP/1.2', { version: '1.2' }),
  set('Connection', 'close'),
  set('Connection', 'keep-alive'),
  set('Connection', 'Keep-Alive, X-Long'),
  add('Expect', '100-continue'),
  add('Expect', 'nonsense'),
  add('Upgrade', 'h2c'),
  add('TE', 'trailers'),
  add('X-Folded', 'a\r\n b'),
  having('chunked', { framing: 'chunked' }),
  having('without a length', { framing: 'none' }),
  add('Content-Length', '5'),
  add('Transfer-Encoding', 'chunked'),
];

/** Something unusual or wrong with the first line, the headers or the framing of a request. */
export const changeOfHead: fc.Arbitrary<Change> = fc.oneof(
  ...[
    each('Accept', ACCEPT),
    each('Content-Type', CONTENT_TYPE),
    each('Mcp-Protocol-Version', REVISION),
    each('Authorization', AUTHORIZATION),
    [
      ...each('Mcp-Method', 'tools/list|Tools/Call|tools/call ||tools/call, tools/call'),
      ...each('Mcp-Name', NAME),
    ],
    each('Origin', ORIGIN),
    each('Host', HOST),
    TARGETS.split('|').map((target) => having(`to ${target}`, { target })),
    further,
    connections,
  ].map((changes) => fc.constantFrom(...changes)),
);
