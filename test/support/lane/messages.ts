import fc from 'fast-check';
import { MODERN_META } from '../app/clients.js';
import { names } from './content.js';

/** A JSON-RPC message, or what is sent instead of one. */
export type Message = Record<string, unknown>;

/** Stands for text that `JSON.stringify` cannot make, such as a number that is too large. `textOf` puts it in. */
const raw = (text: string) => `@raw:${Buffer.from(text).toString('hex')}@`;

/** Writes a message as JSON. */
export function textOf(message: unknown): string {
  const text = message === undefined ? '' : JSON.stringify(message);
  return text.replaceAll(/"@raw:([\da-f]*)@"/g, (_all, hex) => Buffer.from(hex, 'hex').toString());
}

/** Nests a value this deep. */
function nested(levels: number): unknown {
  return levels === 0 ? 1 : levels % 2 === 0 ? [nested(levels - 1)] : { a: nested(levels - 1) };
}

const PROTO = raw('"__proto__"');
const oddities: unknown[] = [
  ...[
    null,
    true,
    0,
    -1,
    1.5,
    '',
    ' ',
    'x',
    'toString',
    '__proto__',
    'constructor',
    [],
    {},
    [null],
    { a: null },
  ],
  ...['\ud83d', 'a\udc00b', '\u0000', 'ü\u2028', '\u{1f600}', 'x'.repeat(3000), Number.MAX_SAFE_INTEGER + 1],
  ...[raw('1e400'), raw('-0'), raw('123456789012345678901234567890'), raw('1.0'), raw('"\\u0061"')],
  ...[
    raw('{"a":1,"a":{"b":2}}'),
    { [PROTO]: { polluted: true } },
    { [PROTO]: null, a: 1 },
    { hasOwnProperty: 1 },
  ],
  ...[nested(20), nested(99), nested(101), { length: 1e9 }, { toJSON: 1, valueOf: 2 }],
];

/** A value where another one is expected. `undefined` leaves its member out. */
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...oddities, undefined) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);

const someText = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('ü', '\ud83d', '\u{1f600}', '', 'null', '<b>', 'a"b\\c\n'),
);

const argumentsOfEcho = fc.record(
  {
    text: someText,
    number: fc.double({ min: -5, max: 1000, noNaN: true }),
    whole: fc.integer(),
    choice: fc.constantFrom('a', 'b'),
    nullable: fc.option(someText),
    coerced: fc.oneof(someText, fc.integer(), fc.boolean()),
    list: fc.array(someText, { maxLength: 3 }),
    inner: fc.record(
      { deep: fc.record({ deeper: fc.boolean() }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    ),
    map: fc.dictionary(fc.constantFrom('a', 'b', 'toString', '__proto__'), fc.integer()),
    free: fc.jsonValue({ maxDepth: 2 }),
    either: fc.oneof(fc.integer(), fc.constant({ kind: 'x' })),
    // Static parameters of a platform, which no tool declares.
    tenant_id: fc.oneof(someText, fc.integer(), fc.constant(null)),
    conversation: fc.jsonValue({ maxDepth: 1 }),
  },
  { requiredKeys: [] },
);

const call = (name: string, args: fc.Arbitrary<unknown>) =>
  args.map((given) => ({
    method: 'tools/call',
    params: { name, ...(given !== undefined && { arguments: given }) },
  }));
const withParams = (method: string, params: fc.Arbitrary<Message | undefined>) =>
  params.map((given) => ({ method, ...(given !== undefined && { params: given }) }));
const noArguments = fc.constantFrom(undefined, {}, { tenant_id: 'x' });
const page = fc.constantFrom(undefined, {}, { cursor: 'x' });

/** A request that a client may send, without what each era adds: the id, `jsonrpc` and `_meta`. */
const meaningful: fc.Arbitrary<{ method: string; params?: Message }> = fc.oneof(
  { weight: 6, arbitrary: call('echo', argumentsOfEcho) },
  {
    weight: 4,
    arbitrary: call('context', fc.record({ turns: fc.integer({ min: 0, max: 20 }) }, { requiredKeys: [] })),
  },
  {
    weight: 2,
    arbitrary: call('required', fc.record({ a: someText, b: fc.integer() }, { requiredKeys: ['a'] })),
  },
  { weight: 2, arbitrary: call('asks', fc.record({ topic: someText }, { requiredKeys: [] })) },
  {
    weight: 8,
    arbitrary: fc.constantFrom(...names.tools, 'unknown').chain((name) => call(name, noArguments)),
  },
  { weight: 4, arbitrary: withParams('tools/list', page) },
  { weight: 1, arbitrary: withParams('resources/list', page) },
  { weight: 1, arbitrary: withParams('resources/templates/list', page) },
  { weight: 1, arbitrary: withParams('prompts/list', page) },
  {
    weight: 3,
    arbitrary: withParams(
      'resources/read',
      fc.record({
        uri: fc.constantFrom(
          ...names.uris,
          ...[
            'notes://people/nobody',
            'notes://people/down',
            'notes://people/%C3%BC',
            'notes://people/%',
            'notes://nothing',
            'no uri',
          ],
          ...['NOTES://about', 'notes://about/', 'notes://about?x=1'],
        ),
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: withParams(
      'prompts/get',
      fc.record(
        {
          name: fc.constantFrom(...names.prompts, 'unknown'),
          arguments: fc.record(
            { style: someText, length: fc.constantFrom('5', 'five'), tenant_id: someText },
            { requiredKeys: [] },
          ),
        },
        { requiredKeys: ['name'] },
      ),
    ),
  },
  {
    weight: 3,
    arbitrary: withParams(
      'completion/complete',
      fc.record(
        {
          ref: fc.constantFrom(
            ...[
              { type: 'ref/prompt', name: 'summary' },
              { type: 'ref/prompt', name: 'unknown' },
            ],
            ...[
              { type: 'ref/resource', uri: 'notes://people/{username}' },
              { type: 'ref/resource', uri: 'x' },
            ],
          ),
          argument: fc.record({
            name: fc.constantFrom('style', 'length', 'username', 'toString'),
            value: someText,
          }),
          context: fc.record({ arguments: fc.dictionary(fc.constantFrom('style', 'a'), someText) }),
        },
        { requiredKeys: ['ref', 'argument'] },
      ),
    ),
  },
  { weight: 3, arbitrary: fc.constant({ method: 'server/discover' }) },
  { weight: 2, arbitrary: fc.constant({ method: 'ping' }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('2025-11-25', '2025-06-18', '2024-11-05', '2026-07-28', '1.0')
      .map((version) => ({
        method: 'initialize',
        params: {
          protocolVersion: version,
          capabilities: { elicitation: {}, roots: { listChanged: null } },
          clientInfo: { name: 'c', version: '1' },
        },
      })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(
        ...[
          'logging/setLevel',
          'resources/subscribe',
          'tasks/list',
          'roots/list',
          'unknown/method',
          'tools/',
          '',
        ],
        ...['TOOLS/CALL', 'toString', '__proto__', 'sampling/createMessage'],
      )
      .map((method) => ({ method, params: { level: 'debug', uri: 'notes://about' } })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<Message>({}, { notifications: {} }, { notifications: { toolsListChanged: true } })
      .map((params) => ({ method: 'subscriptions/listen', params })),
  },
);

const notification = fc.constantFrom<{ method: string; params?: Message }>(
  { method: 'notifications/initialized' },
  { method: 'notifications/cancelled', params: { requestId: 1, reason: 'r' } },
  { method: 'notifications/unknown' },
  { method: 'tools/call', params: { name: 'echo' } },
);

const id = fc.oneof(
  { weight: 6, arbitrary: fc.oneof(fc.nat(), fc.string({ minLength: 1, maxLength: 8 })) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(0, -1, '', '0', Number.MAX_SAFE_INTEGER, '\u{1f600}') },
);

/** What a client may add in `_meta`, in either era. */
const furtherMeta: fc.Arbitrary<Message> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Message>({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Message>(
      ...[{ progressToken: 'p' }, { progressToken: 0 }, { progressToken: null }],
      ...[
        { 'example.com/trace': { a: [1, null] } },
        { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      ],
    ),
  },
);

/** What a client of 2026-07-28 says of itself. */
const modernMeta: fc.Arbitrary<Message> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Message>(MODERN_META) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Message>(
      { ...MODERN_META, 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } },
      {
        ...MODERN_META,
        'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {}, url: {} }, roots: {} },
      },
      {
        ...MODERN_META,
        'io.modelcontextprotocol/clientCapabilities': { elicitation: { url: {} }, sampling: null },
      },
      {
        ...MODERN_META,
        'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/ui': {} } },
      },
      {
        ...MODERN_META,
        'io.modelcontextprotocol/clientInfo': { name: 'other', version: '2', title: 'Other' },
      },
      { ...MODERN_META, 'io.modelcontextprotocol/logLevel': 'debug' },
      { ...MODERN_META, 'io.modelcontextprotocol/logLevel': 'error' },
    ),
  },
);

/** One message with the headers that belong to it. */
export interface Meant {
  era: '2025' | '2026';
  message: unknown;
  headers: [string, string][];
}

/** Makes a message of an era, with what a client of that era sends along. */
export function meantIn(
  era: Meant['era'],
  request: { method: string; params?: Message },
  {
    id: given = 1,
    meta,
    version,
  }: { id?: unknown; meta?: Message | undefined; version?: string | undefined } = {},
): Meant {
  if (era === '2025') {
    const headers: Meant['headers'] = version === undefined ? [] : [['Mcp-Protocol-Version', version]];
    return { era, message: withMeta(request, given, meta), headers };
  }
  const name = request.params?.['name'] ?? request.params?.['uri'];
  const headers: Meant['headers'] = [
    ['Mcp-Protocol-Version', '2026-07-28'],
    ['Mcp-Method', request.method],
  ];
  if (typeof name === 'string') headers.push(['Mcp-Name', name]);
  return { era, message: withMeta(request, given, { ...MODERN_META, ...meta }), headers };
}

function withMeta(request: { method: string; params?: Message }, id: unknown, meta?: Message): Message {
  const isNote = request.method.startsWith('notifications/');
  const params = { ...request.params, ...(meta && { _meta: meta }) };
  return {
    jsonrpc: '2.0',
    ...(!isNote && { id }),
    method: request.method,
    ...((meta || request.params) && { params }),
  };
}

const someRequest = fc.oneof({ weight: 9, arbitrary: meaningful }, { weight: 1, arbitrary: notification });

const old = fc
  .record({
    request: someRequest,
    id,
    meta: fc.option(furtherMeta, { nil: undefined }),
    version: fc.constantFrom('2025-11-25', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', undefined),
  })
  .map(({ request, ...added }) => meantIn('2025', request, added));

const modern = fc
  .record({ request: someRequest, id, meta: furtherMeta, own: modernMeta })
  .map(({ request, id: given, meta, own }) =>
    meantIn('2026', request, { id: given, meta: { ...own, ...meta } }),
  );

/** What a client of either era may send. */
export const meant: fc.Arbitrary<Meant> = fc.oneof(old, modern);
