/** Control characters, and those that change the direction of text or cannot be seen. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu;

/**
 * Text from elsewhere as a log line may carry it: on one line, without invisible characters, cut at `maxLength`
 * characters.
 */
export function logText(text: string, maxLength = 200): string {
  // Cut twice, so that no time is spent on what is cut off anyway.
  const clean = text
    .slice(0, maxLength * 2)
    .replace(UNPRINTABLE, ' ')
    .trim();
  const characters = Array.from(clean);
  return characters.length <= maxLength ? clean : `${characters.slice(0, maxLength - 1).join('')}…`;
}

/** As long as the codes, tokens and secrets of this server, and longer than a UUID. */
const SECRET_LIKE = /[\w-]{40,}/g;

/**
 * Text from elsewhere in which nothing can be a code, a token or a secret: of what is long enough for one, only the
 * beginning is left. People and programs put them where they do not belong.
 */
export function withoutSecrets(text: string): string {
  return text.replace(SECRET_LIKE, (run) => `${run.slice(0, 8)}…`);
}

/**
 * A value of the input, quoted, as part of a longer text. Addresses lose their query, fragment and password, and what
 * could be a secret is cut.
 */
export function quoted(value: string): string {
  const address = value.replace(/[?#].*$/s, '').replace(/\/\/[^/@]*@/, '//');
  return `"${logText(withoutSecrets(address), 100)}"`;
}
