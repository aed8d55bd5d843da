import fc from 'fast-check';
import type { Message } from './asked.js';
import { changeOfBody } from './body-changes.js';
import { type Change, type Draft, without } from './draft.js';
import { changeOfHead } from './head-changes.js';
import { type Meant, meant } from './messages.js';
import { textOf } from './odd-values.js';

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

const change = fc.oneof({ weight: 7, arbitrary: changeOfBody }, { weight: 10, arbitrary: changeOfHead });

const someChanges = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Change[]>([]) },
  { weight: 5, arbitrary: fc.array(change, { minLength: 1, maxLength: 1 }) },
  { weight: 2, arbitrary: fc.array(change, { minLength: 2, maxLength: 3 }) },
);

/** A first line that Node takes for one of HTTP/1.1. Without a `Host` it does not, either. */
const FIRST_LINE = /^[A-Z]+ (\/|https?:)\S* HTTP\/1\.1$/;
/** Headers that are about the connection, or that make the end of the body unclear. */
const UNCLEAR =
  /^(expect|upgrade|x-folded|connection):|^(transfer-encoding|content-length):[\s\S]*^(transfer-encoding|content-length):/im;

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
  if (framing === 'none')
    for (const name of ['Content-Length', 'Transfer-Encoding']) without(name).apply(draft);
  // What follows a request without a length would be read as another one, and what it promises would be waited for.
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
    tidy: FIRST_LINE.test(head[0] ?? '') && /^host:/im.test(sentHead) && !UNCLEAR.test(sentHead),
  };
  const shown = `${changes.map(({ name }) => name).join('; ')}\n${sent.head}${shownAs(framed)}\n`;
  return Object.defineProperty(sent, fc.toStringMethod, { value: () => shown });
}

/** Shows a body in a terminal, which should not get its control characters. */
function shownAs(body: Buffer): string {
  return JSON.stringify(body.toString().slice(0, 3000)).slice(1, -1).replaceAll('\\"', '"');
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
