/**
 * Spells the URI of a resource in one way. `it's` and `it%27s` are read alike, and clients that fill in a template write
 * the second, where `encodeURIComponent` writes the first.
 *
 * @returns the text as it is if it is not a URI
 */
export function spellUri(uri: string): string {
  if (!URL.canParse(uri)) return uri;
  return new URL(uri).href.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return encodeURIComponent(decodeURIComponent(escapes));
    } catch {
      // They do not stand for text.
      return escapes;
    }
  });
}
