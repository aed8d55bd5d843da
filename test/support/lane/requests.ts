import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type Meant, type Message, meant, oddValue, textOf } from './messages.js';

/** A request to `/mcp` in the making. */
interface Draft {
  method: string;
  target: string;
  version: string;
  headers: [string, string][];
  message: unknown;
  rewrite: (text: string) => string | Buffer;
  framing: 'length' | 'chunked' | 'none';
}

/** Something that is unusual or wrong with a request. */
interface Change {
  name: string;
  apply: (draft: Draft) => void;
}

/** A request that is ready to be sent. Prints as what it sends. */
export interface Sent {
  method: string;
  /** The method and era of the message, if there is nothing unusual about the request. */
  ordinary: string | undefined;
  /** The bytes. A name in braces in the header stands for a credential. */
  head: string;
  body: Buffer;
  /** The number of parts that arrive one after the other. */
  parts: number;
  /** Whether it is clear where the request ends, so that another one may follow it. */
  tidy: boolean;
}

const set = (name: string, value: string): Change => ({
  name: `${name}: ${value}`,
  apply(draft) {
    draft.headers = draft.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase());
    draft.headers.push([name, value]);
  },
});
const add = (name: string, value: string): Change => ({
  name: `and ${name}: ${value}`,
  apply: (draft) => void draft.headers.push([name, value]),
});
const without = (name: string): Change => ({
  name: `no ${name}`,
  apply(draft) {
    draft.headers = draft.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase());
  },
});
const having = (name: string, changes: Partial<Draft>): Change => ({
  name,
  apply: (draft) => void Object.assign(draft, changes),
});

const accept = [
  ...[
    'application/json',
    'text/event-stream',
    '*/*',
    'application/*, text/*',
    'APPLICATION/JSON, Text/Event-Stream',
  ],
  ...[
    'application/json;q=0.5, text/event-stream',
    'text/html, */*;q=0.1',
    'text/html',
    '*/*;q=0',
    'nonsense',
    '',
  ],
  ...[
    'application/json;q=0, */*',
    'application/json, text/event-stream;q=0',
    'application/json,text/event-stream',
  ],
  ...['application/json; charset=utf-8, text/event-stream', 'application/json, text/event-stream, */*;q=0.1'],
].map((value) => set('Accept', value));

const contentType = [
  ...['application/json; charset=utf-8', 'application/json;charset=UTF-8', 'application/json; charset=utf8'],
  ...[
    'application/json; charset="utf-8"',
    'application/json; charset=latin1',
    'application/json; charset=utf-16',
  ],
  ...[
    'Application/JSON',
    'application/json ; x=y',
    'application/json;',
    'application/vnd.api+json',
    'text/json',
  ],
  ...[
    'text/plain',
    'application/jsonp',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    '',
  ],
  ...['application/json, application/json', 'application/json; charset=utf-8; boundary=x'],
].map((value) => set('Content-Type', value));

const revisions = [
  ...[
    '2025-11-25',
    '2025-06-18',
    '2025-03-26',
    '2024-11-05',
    '2024-10-07',
    '2026-07-28',
    '2026-07-28 ',
    '2027-01-01',
  ],
  ...['DRAFT-2026-v1', '1.0', '', '2026-07-28, 2025-11-25'],
].map((value) => set('Mcp-Protocol-Version', value));

const callers = [
  ...['Bearer {service}', 'Bearer {ann}', 'Bearer {bea}', 'Bearer {reports}'],
  ...['Bearer {revoked}', 'Bearer {expired}', 'Bearer {disabled}', 'Bearer {forged}', 'Bearer {foreign}'],
  ...[
    'bearer {service}',
    'BEARER {ann}',
    'Bearer  {service}',
    'Bearer {service} ',
    'Bearer {service},',
    'Bearer',
  ],
  ...[
    'Basic {service}',
    '{service}',
    'Bearer garbage',
    'Bearer a.b.c',
    'Bearer {service}x',
    'Bearer "{service}"',
    '',
  ],
].map((value) => set('Authorization', value));

const names = [
  ...['tools/list', 'Tools/Call', 'tools/call ', '', 'tools/call, tools/call'].map((value) =>
    set('Mcp-Method', value),
  ),
  ...[
    'echo',
    'Echo',
    ' echo',
    '',
    'other',
    '=?base64?ZWNobw==?=',
    '=?base64?!?=',
    '=?BASE64?ZWNobw==?=',
    'ech%6F',
  ].map((value) => set('Mcp-Name', value)),
  ...[
    'Mcp-Method',
    'Mcp-Name',
    'Mcp-Protocol-Version',
    'Accept',
    'Content-Type',
    'Authorization',
    'Host',
  ].map(without),
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

const origins = [
  ...[
    'http://localhost:3000',
    'https://app.example.com',
    'https://evil.example',
    'null',
    '',
    'http://localhost.evil.example',
  ],
  ...['{origin}', 'HTTPS://app.example.com', 'http://127.0.0.1'],
].map((value) => set('Origin', value));

const hosts = [
  ...[
    'localhost',
    'LOCALHOST:1',
    '127.0.0.1:99',
    '[::1]:8000',
    'evil.example',
    'localhost.',
    '',
    'localhost@evil',
    'a b',
  ],
  ...['mcp.example.com', 'localhost:99999'],
].map((value) => set('Host', value));

const targets = [
  ...[
    '/mcp/',
    '/MCP',
    '/mcp?x=1',
    '/mcp?',
    '//mcp',
    '/mcp#x',
    '/%6dcp',
    '/mcp%2f',
    '/mcp//',
    '/mcp/x',
    '/./mcp',
    '/',
  ],
  ...[
    '/mcp;x',
    '/mcp/?x=/mcp',
    'http://localhost/mcp',
    'HTTP://LOCALHOST/mcp',
    'http://evil.example/mcp',
    'mcp',
    '*',
  ],
  ...[
    '/healthz',
    '/messages',
    '/mcp/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource',
  ],
].map((target) => having(`to ${target}`, { target }));

const connections = [
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

const cut = (text: string, at: number) => text.slice(0, Math.floor(text.length * at));
const texts: Change[] = [
  { name: 'spaces', rewrite: (text: string) => ` \n\t${text}\r\n ` },
  { name: 'a byte order mark', rewrite: (text: string) => `\ufeff${text}` },
  { name: 'text after it', rewrite: (text: string) => `${text}x` },
  { name: 'twice', rewrite: (text: string) => `${text}${text}` },
  { name: 'cut', rewrite: (text: string) => cut(text, 0.7) },
  { name: 'empty', rewrite: () => '' },
  { name: 'a space', rewrite: () => ' ' },
  { name: 'null', rewrite: () => 'null' },
  { name: 'not JSON', rewrite: () => "{'a':1}" },
  {
    name: 'not UTF-8',
    rewrite: (text: string) => Buffer.concat([Buffer.from(cut(text, 0.5)), Buffer.from([0xff])]),
  },
  { name: 'in Latin 1', rewrite: (text: string) => Buffer.from(text, 'latin1') },
  { name: 'in UTF-16', rewrite: (text: string) => Buffer.from(text, 'utf16le') },
  { name: 'an id twice', rewrite: (text: string) => text.replace('{', '{"id":"first",') },
  { name: 'a method twice', rewrite: (text: string) => text.replace('{', '{"method":"ping",') },
  { name: '__proto__', rewrite: (text: string) => text.replace('{', '{"__proto__":{"method":"ping"},') },
  { name: 'escapes', rewrite: (text: string) => text.replaceAll('m', '\\u006d') },
  { name: 'in a batch', rewrite: (text: string) => `[${text}]` },
  { name: 'in a batch with itself', rewrite: (text: string) => `[${text},${text}]` },
  { name: 'in an empty batch', rewrite: () => '[]' },
  { name: 'in a batch with nonsense', rewrite: (text: string) => `[1,${text},null,{}]` },
  { name: 'very long', rewrite: (text: string) => text.replace('{', `{"filler":"${'x'.repeat(300_000)}",`) },
  { name: 'too long', rewrite: (text: string) => text.replace('{', `{"filler":"${'x'.repeat(1_100_000)}",`) },
].map(({ name, rewrite }) => having(name, { rewrite }));

const encodings: Change[] = (
  [
    ['gzip', (text: string) => gzipSync(text)],
    ['GZIP', (text: string) => gzipSync(text)],
    ['gzip', (text: string) => text],
    ['identity', (text: string) => text],
    ['deflate', (text: string) => text],
    ['nonsense', (text: string) => text],
    ['', (text: string) => text],
  ] as const
).map(([encoding, rewrite]) => ({
  name: `encoded: ${encoding}`,
  apply(draft) {
    set('Content-Encoding', encoding).apply(draft);
    draft.rewrite = rewrite;
  },
}));

const META = 'io.modelcontextprotocol/';
const places: string[][] = [
  ...[['jsonrpc'], ['id'], ['method'], ['params'], ['result'], ['error'], ['extra']],
  ...[
    'name',
    'uri',
    'arguments',
    '_meta',
    'cursor',
    'ref',
    'argument',
    'context',
    'level',
    'requestState',
  ].map((name) => ['params', name]),
  ...[
    ['params', 'inputResponses'],
    ['params', 'task'],
    ['params', 'extra'],
    ['params', '__proto__'],
  ],
  ...[
    'text',
    'number',
    'whole',
    'choice',
    'nullable',
    'coerced',
    'list',
    'inner',
    'map',
    'free',
    'a',
    'b',
  ].map((name) => [...['params', 'arguments', name]]),
  ...[
    ['params', 'ref', 'type'],
    ['params', 'ref', 'name'],
    ['params', 'argument', 'value'],
  ],
  ...[
    'progressToken',
    'traceparent',
    `${META}protocolVersion`,
    `${META}clientInfo`,
    `${META}clientCapabilities`,
  ].map((name) => ['params', '_meta', name]),
  ...[`${META}logLevel`, `${META}unknown`, 'related-task'].map((name) => ['params', '_meta', name]),
  ...[
    ['params', '_meta', `${META}clientInfo`, 'name'],
    ['params', '_meta', `${META}clientCapabilities`, 'elicitation'],
  ],
];

/** Returns a message with another value in one place, as far as the place exists. */
function replaced(message: unknown, [name, ...rest]: string[], value: unknown): unknown {
  if (name === undefined) return value;
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return message;
  const members = Object.entries(message).filter(([other]) => other !== name);
  const inner = replaced((message as Message)[name] ?? (rest.length > 0 ? {} : undefined), rest, value);
  return Object.fromEntries(inner === undefined ? members : [...members, [name, inner]]);
}

const member: fc.Arbitrary<Change> = fc.tuple(fc.constantFrom(...places), oddValue).map(([place, value]) => ({
  name: `${place.join('.')} = ${JSON.stringify(value)?.slice(0, 60)}`,
  apply(draft) {
    draft.message = replaced(draft.message, place, value);
  },
}));

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 10, arbitrary: member },
  ...[
    accept,
    contentType,
    revisions,
    callers,
    names,
    origins,
    hosts,
    targets,
    connections,
    texts,
    encodings,
  ].map((changes) => ({ weight: 2, arbitrary: fc.constantFrom(...changes) })),
);

const someChanges = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Change[]>([]) },
  { weight: 5, arbitrary: fc.array(change, { minLength: 1, maxLength: 1 }) },
  { weight: 2, arbitrary: fc.array(change, { minLength: 2, maxLength: 3 }) },
);

/** Headers that are about the connection, or that make the end of the body unclear. */
const UNTIDY =
  /^(expect|upgrade|x-folded):|^(transfer-encoding|content-length):[\s\S]*^(transfer-encoding|content-length):/im;

/** Writes the request of a message. */
export function written(meaning: Meant, caller = 'service', changes: Change[] = [], parts = 1): Sent {
  const draft: Draft = {
    method: 'POST',
    target: '/mcp',
    version: '1.1',
    headers: [
      ['Host', '{host}'],
      ['Authorization', `Bearer {${caller}}`],
      ['Content-Type', 'application/json'],
      ['Accept', 'application/json, text/event-stream'],
      ['User-Agent', 'node'],
      ...meaning.headers,
    ],
    message: meaning.message,
    rewrite: (text) => text,
    framing: 'length',
  };
  for (const { apply } of changes) apply(draft);
  const { method, target, version, framing } = draft;
  // What follows a request without a length would be read as another one.
  const content = Buffer.from(framing === 'none' ? '' : draft.rewrite(textOf(draft.message)));
  const framed = framing === 'chunked' ? chunked(content) : content;
  const length: [string, string][] = [];
  if (framing === 'length') length.push(['Content-Length', String(content.length)]);
  if (framing === 'chunked') length.push(['Transfer-Encoding', 'chunked']);
  const head = [
    `${method} ${target} HTTP/${version}`,
    ...[...draft.headers, ...length].map((header) => header.join(': ')),
  ];
  const sentHead = `${head.join('\r\n')}\r\n\r\n`;
  const { method: called } = meaning.message as Message;
  const sent = {
    method,
    ordinary: changes.length === 0 ? `${called} of ${meaning.era}` : undefined,
    head: sentHead,
    body: framed,
    parts,
    tidy: framing !== 'none' && version === '1.1' && method !== 'post' && !UNTIDY.test(sentHead),
  };
  const shown = `${changes.map(({ name }) => name).join('; ')}\n${sent.head}${framed.toString().slice(0, 3000)}\n`;
  return Object.defineProperty(sent, fc.toStringMethod, { value: () => shown });
}

function chunked(content: Buffer): Buffer {
  const half = Math.ceil(content.length / 2);
  const chunks = [content.subarray(0, half), content.subarray(half)].filter(({ length }) => length > 0);
  const framed = chunks.map((chunk) =>
    Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
  );
  return Buffer.concat([...framed, Buffer.from('0\r\n\r\n')]);
}

/** A request of either era: as clients send it, or with something unusual or wrong. */
export const request: fc.Arbitrary<Sent> = fc
  .tuple(
    meant,
    fc.constantFrom('service', 'service', 'ann', 'ann', 'bea', 'reports'),
    someChanges,
    fc.oneof(
      { weight: 5, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.integer({ min: 2, max: 5 }) },
    ),
  )
  .map((parts) => written(...parts));
