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

/** A value of the input, quoted, as part of a longer text. Addresses lose their query, fragment and password. */
export function quoted(value: string): string {
  return `"${logText(value.replace(/[?#].*$/s, '').replace(/\/\/[^/@]*@/, '//'), 100)}"`;
}
