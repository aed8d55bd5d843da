/** Control characters, invisible characters, and marks that change the direction of text. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu;

/**
 * Makes untrusted text safe for a log line: puts it on one line, removes invisible characters, and truncates it to
 * `maxLength` characters.
 */
export function logText(text: string, maxLength = 200): string {
  // Cut once before cleaning, so that a huge text costs no time.
  const clean = text
    .slice(0, maxLength * 2)
    .replace(UNPRINTABLE, ' ')
    .trim();
  const characters = Array.from(clean);
  return characters.length <= maxLength ? clean : `${characters.slice(0, maxLength - 1).join('')}…`;
}

/** Quotes an input value for use within a longer text. URLs lose their query, fragment and password. */
export function quoted(value: string): string {
  return `"${logText(value.replace(/[?#].*$/s, '').replace(/\/\/[^/@]*@/, '//'), 100)}"`;
}
