import { setNewest } from '../bounded-map.js';

/** The most texts that are remembered, and the longest, in characters. Few clients send more than a few values. */
const MAX_TEXTS = 100;
const MAX_LENGTH = 500;

/**
 * Remembers what a function returned for recent texts, such as the values of a header that most requests repeat. An entry
 * ends when 100 others are newer; nothing else ends it, so the result must depend on the text alone.
 */
export function remember<Value>(compute: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const value = known.get(text);
    if (value !== undefined) return value;
    const computed = compute(text);
    if (text.length <= MAX_LENGTH) setNewest(known, text, computed, MAX_TEXTS);
    return computed;
  };
}
