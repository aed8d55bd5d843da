import fc from 'fast-check';

/** Stands for text that `JSON.stringify` cannot write, such as a number that is too large. `textOf` puts it in. */
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
  ...[null, true, 0, -1, 1.5, Number.MAX_SAFE_INTEGER + 1, raw('1e400'), raw('-0'), raw('1.0')],
  ...['', ' ', 'x', 'toString', '__proto__', 'constructor', 'x'.repeat(3000), raw('"\\u0061"')],
  ...['\ud83d', 'a\udc00b', '\u0000', 'ü\u2028', '\u{1f600}', raw('123456789012345678901234567890')],
  ...[[], {}, [null], { a: null }, { hasOwnProperty: 1 }, { toJSON: 1, valueOf: 2 }, { length: 1e9 }],
  ...[raw('{"a":1,"a":{"b":2}}'), { [PROTO]: { polluted: true } }, { [PROTO]: null, a: 1 }],
  ...[nested(20), nested(99), nested(101)],
];

/** A value where another one is expected. `undefined` leaves its member out. */
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...oddities, undefined) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);
