/** Checks whether a parsed value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the members of an object that are not null. Many programs write null for what they leave out. */
export function withoutNulls(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

/** Parses a JSON document. Unlike `JSON.parse` alone, it takes the byte order mark that some editors write. */
export function parseDocument(text: string): unknown {
  return JSON.parse(text.replace(/^\uFEFF/, ''));
}
