import { findUnsendable, type Unsendable } from '../bearer-token.js';

const PLACEHOLDER = /change.?me|example|placeholder|your[-_ ]|secret[-_ ]?token|^(.)\1+$|x{6}/i;
const MAKE_ONE = 'make one with: openssl rand -hex 32';

/** What usually puts a character into a token. */
const CAUSES: [RegExp, string][] = [
  [
    /["'`\u2018-\u201F\u00AB\u00BB\u2039\u203A]/,
    'write the value without quotes, which docker --env-file keeps',
  ],
  [/[${}%]/, 'a variable in it was not replaced by its value'],
  [/[<>]/, 'replace the placeholder'],
  [/[\p{Z}\p{C}]/u, 'spaces and invisible characters come along when a value is copied'],
];

/** Finds what is wrong with the values of `MCP_AUTH_TOKEN`. A problem names a single character, and never the token. */
export function tokenProblems(tokens: string[]): string[] {
  if (tokens.length > 2) return ['expected one token, or two separated by a comma while rotating'];
  return tokens.flatMap((token, index) => {
    const which = tokens.length === 1 ? '' : ` of token ${index + 1}`;
    const unsendable = findUnsendable(token);
    const problems = unsendable === undefined ? [] : [describeUnsendable(unsendable, which)];
    if (token.length < 32) problems.push(`expected at least 32 characters, ${MAKE_ONE}`);
    else if (PLACEHOLDER.test(token)) problems.push('expected a random value, not a placeholder');
    return problems;
  });
}

function describeUnsendable({ character, position }: Unsendable, which: string): string {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  const shown = /[\p{Z}\p{C}\p{M}]/u.test(character) ? code : `${character} (${code})`;
  const cause = CAUSES.find(([pattern]) => pattern.test(character))?.[1] ?? MAKE_ONE;
  return `expected letters, digits and - . _ ~ + / only, with = at the end, but character ${position}${which} is ${shown}: ${cause}`;
}
