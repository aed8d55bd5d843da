/**
 * Replaces a text that must be there exactly once, so that an edit cannot outlive what it was written for.
 *
 * @throws {Error} when it is missing or there more than once
 */
export function replaceOnce(text: string, find: RegExp, replacement: string, file: string): string {
  const found = [...text.matchAll(RegExp(find.source, `${find.flags}g`))].length;
  if (found !== 1) throw new Error(`${file} should match ${find} once, not ${found} times.`);
  // A function, because `$&` in a replacement text has a meaning of its own.
  return text.replace(find, () => replacement);
}

/**
 * Cuts the blocks that belong to the example: from a line `<!-- example -->` (`# example` outside Markdown) to the line
 * with `/example`.
 *
 * @throws {Error} when a mark lacks its other half
 */
export function cutExample(text: string, file: string): string {
  let inside = false;
  const kept = text.split('\n').filter((line) => {
    const mark = /^\s*(?:<!-- |# )(\/?)example(?: -->)?\s*$/.exec(line);
    if (!mark) return !inside;
    if ((mark[1] === '/') !== inside)
      throw new Error(`${file} has a mark of the example without its other half.`);
    inside = !inside;
    return false;
  });
  if (inside) throw new Error(`${file} has a mark of the example without its other half.`);
  return kept.join('\n');
}
