/**
 * Replaces a text that must occur exactly once, so that an outdated edit fails instead of doing the wrong thing.
 *
 * @throws {Error} when it is missing or occurs more than once
 */
export function replaceOnce(text: string, find: RegExp, replacement: string, file: string): string {
  const found = [...text.matchAll(RegExp(find.source, `${find.flags}g`))].length;
  if (found !== 1) throw new Error(`${file} should match ${find} once, not ${found} times.`);
  // A function, because `$&` is special in a replacement string.
  return text.replace(find, () => replacement);
}

/**
 * Removes the blocks that belong to the example: from a line `<!-- example -->` (`# example` outside Markdown) to the
 * line with `/example`.
 *
 * @throws {Error} when a start or end mark is unmatched
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
