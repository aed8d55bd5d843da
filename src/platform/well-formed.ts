/** Half a surrogate pair, as `JSON.stringify` writes it. It escapes nothing else this way. */
const HALF = /(?<=(?:^|[^\\])(?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

/**
 * Replaces half surrogate pairs in JSON text with U+FFFD. Parsers of other languages refuse the whole text otherwise
 * (RFC 8259 section 8.2).
 *
 * @param json the output of `JSON.stringify`
 */
export function wellFormedJson(json: string): string {
  return json.includes('\\ud') ? json.replace(HALF, '\ufffd') : json;
}

/** Replaces half surrogate pairs in one value, as the replacer of `JSON.stringify`. */
export function wellFormedValue(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value;
}

/**
 * Replaces half surrogate pairs in all texts and names of a value, as it would be written as JSON. Returns the same
 * object if there are none. Does not recurse, so that a deeply nested value cannot exhaust the stack.
 */
export function wellFormed<T>(value: T): T {
  const root = { value: value as unknown };
  const open: Record<string, unknown>[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const [name, part] of Object.entries(node)) {
      if (typeof part === 'object' && part !== null) open.push(part as Record<string, unknown>);
      if (typeof part === 'string' && !part.isWellFormed()) node[name] = part.toWellFormed();
      if (name.isWellFormed()) continue;
      node[name.toWellFormed()] = node[name];
      delete node[name];
    }
  }
  return root.value as T;
}
