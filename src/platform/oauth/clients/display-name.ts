/** Control characters, invisible characters, and those that change the direction of text. */
const MISLEADING = /[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu;
const MAX_NAME_LENGTH = 60;

/** Makes the name of a client safe to show. Strangers choose it, so it must not disturb the text around it. */
export function displayName(name: string): string {
  const characters = Array.from(name.replace(MISLEADING, ' ').trim());
  if (characters.length === 0) return 'An application';
  if (characters.length <= MAX_NAME_LENGTH) return characters.join('');
  return `${characters.slice(0, MAX_NAME_LENGTH - 1).join('')}…`;
}
