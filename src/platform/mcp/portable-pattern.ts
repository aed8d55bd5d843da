/** What JavaScript understands and RE2, Go or Rust do not, each with a description for the error. */
const FOREIGN: [RegExp, string][] = [
  [/^\(\?<?[=!]/, 'a look-around'],
  [/^\(\?</, 'a named group'],
  [/^\\[1-9]/, 'a reference to a group'],
  [/^\\k/, 'a reference to a group'],
  [/^\\c/, 'a control escape'],
  // General categories are understood everywhere; names of scripts and properties are not.
  [/^\\[pP](?!\{[A-Z][a-z]?\})/, 'a property other than a general category such as \\p{L}'],
  [/^\\u(?![0-9a-fA-F]{4}|\{[0-9a-fA-F]+\})/, 'an incomplete escape'],
  [/^\{(?:\d*,)?\d{4,},?\}/, 'a repetition of a thousand times or more'],
];
/** Classes that Rust reads as set operations, and empty ones, which only JavaScript knows. */
const FOREIGN_IN_CLASS: [RegExp, string][] = [
  [/^(&&|--|~~)/, 'a set operation'],
  [/^\\[pP](?!\{[A-Z][a-z]?\})/, 'a property other than a general category such as \\p{L}'],
  [/^\\[bc]/, 'a control escape'],
];

/** One step through a pattern: an escape with its operand, the opening of a group or class, or a character. */
const TOKEN = /^(?:\\u\{[0-9a-fA-F]+\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\[pP]\{[^}]*\}|\\.|[\s\S])/u;

/**
 * Rewrites a regular expression of JavaScript so that RE2, Go and Rust understand it too, because many clients check
 * arguments with theirs. The result matches the same texts, and still is a pattern of ECMA-262 with the flag `u`, as
 * JSON Schema requires.
 *
 * @throws {SyntaxError} naming the construct that has no portable form
 */
export function portablePattern(source: string): string {
  // Throws what the clients that compile patterns with the flag would throw.
  new RegExp(source, 'u');
  let result = '';
  let inClass = false;
  for (let rest = source; rest !== ''; ) {
    const foreign = (inClass ? FOREIGN_IN_CLASS : FOREIGN).find(([pattern]) => pattern.test(rest));
    const empty = !inClass && /^\[\^?\]/.test(rest);
    if (foreign || empty) {
      throw new SyntaxError(`the pattern ${source} uses ${foreign?.[1] ?? 'an empty class'}`);
    }
    const token = TOKEN.exec(rest)?.[0] ?? '';
    rest = rest.slice(token.length);
    if (token === '[' && inClass) {
      // Rust reads it as the start of a nested class.
      result += '\\[';
      continue;
    }
    if (token === '[') inClass = true;
    if (token === ']') inClass = false;
    result += portableToken(token);
  }
  return result;
}

/** Writes an escape that only some know as one that all know, or as the character itself. */
function portableToken(token: string): string {
  if (token === '\\/') return '/';
  if (token === '\\0') return '\\x00';
  const code = /^\\u\{?([0-9a-fA-F]+)\}?$/.exec(token)?.[1];
  if (code === undefined) return token;
  const point = Number.parseInt(code, 16);
  if (point < 0x100) return `\\x${point.toString(16).padStart(2, '0')}`;
  return String.fromCodePoint(point);
}
