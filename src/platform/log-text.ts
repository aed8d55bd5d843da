/** Control characters, invisible characters, and marks that change the direction of text. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu;

/**
 * Makes untrusted text safe for a log line: puts it on one line, removes invisible characters, and truncates it to
 * `maxLength` characters.
 */
export function logText(text: string, maxLength = 200): string {
  // Cut once before cleaning, so that a huge text costs no time. This may halve a surrogate pair.
  const clean = text
    .slice(0, maxLength * 2)
    .toWellFormed()
    .replace(UNPRINTABLE, ' ')
    .trim();
  const characters = Array.from(clean);
  return characters.length <= maxLength ? clean : `${characters.slice(0, maxLength - 1).join('')}…`;
}

/** As long as the codes, tokens and secrets of this server, and longer than a UUID. */
const SECRET_LIKE = /[\w-]{40,}/g;

/** Cuts everything in a text that is long enough to be a code, token or secret, which may be sent in the wrong place. */
export function withoutSecrets(text: string): string {
  return text.replace(SECRET_LIKE, (run) => `${run.slice(0, 8)}…`);
}

/**
 * Quotes an input value for use within a longer text. URLs lose their query, fragment and password, and what could be a
 * secret is cut.
 */
export function quoted(value: string): string {
  const address = value.replace(/[?#].*$/s, '').replace(/\/\/[^/@]*@/, '//');
  return `"${logText(withoutSecrets(address), 100)}"`;
}
