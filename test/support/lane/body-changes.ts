import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Message } from './asked.js';
import { type Change, having, set } from './draft.js';
import { oddValue } from './odd-values.js';

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
  {
    name: 'an escaped __proto__',
    rewrite: (text: string) => text.replace('"_meta":{', '"_meta":{"\\u005f_proto__":{"a":1},'),
  },
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
const of = (place: string, names: string) => names.split(' ').map((name) => [...place.split(' '), name]);
const places: string[][] = [
  ...'jsonrpc id method params result error extra'.split(' ').map((name) => [name]),
  ...of('params', 'name uri arguments _meta cursor ref argument context level requestState inputResponses'),
  ...of('params', 'task extra __proto__'),
  ...of('params arguments', 'text number whole choice nullable coerced list inner map free a b'),
  ...of('params ref', 'type name'),
  ...of('params argument', 'name value'),
  ...of('params _meta', `progressToken traceparent related-task ${META}logLevel ${META}unknown`),
  ...of('params _meta', `${META}protocolVersion ${META}clientInfo ${META}clientCapabilities`),
  ...of(`params _meta ${META}clientInfo`, 'name'),
  ...of(`params _meta ${META}clientCapabilities`, 'elicitation'),
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

/** Something unusual or wrong with the body of a request. */
export const changeOfBody: fc.Arbitrary<Change> = fc.oneof(
  { weight: 5, arbitrary: member },
  { weight: 1, arbitrary: fc.constantFrom(...texts) },
  { weight: 1, arbitrary: fc.constantFrom(...encodings) },
);
