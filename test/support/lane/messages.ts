import fc from 'fast-check';
import { MODERN_META } from '../app/clients.js';
import { type Asked, asked, type Message } from './asked.js';

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
  request: Asked,
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

function withMeta(request: Asked, id: unknown, meta?: Message): Message {
  const isNote = request.method.startsWith('notifications/');
  const params = { ...request.params, ...(meta && { _meta: meta }) };
  return {
    jsonrpc: '2.0',
    ...(!isNote && { id }),
    method: request.method,
    ...((meta || request.params) && { params }),
  };
}

const old = fc
  .record({
    request: asked,
    id,
    meta: fc.option(furtherMeta, { nil: undefined }),
    version: fc.constantFrom('2025-11-25', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', undefined),
  })
  .map(({ request, ...added }) => meantIn('2025', request, added));

const modern = fc
  .record({ request: asked, id, meta: furtherMeta, own: modernMeta })
  .map(({ request, id: given, meta, own }) =>
    meantIn('2026', request, { id: given, meta: { ...own, ...meta } }),
  );

/** What a client of either era may send. */
export const meant: fc.Arbitrary<Meant> = fc.oneof(old, modern);
