import { readFileSync } from 'node:fs';

/** Lists the titles of the tests and groups in a file, as they are written, placeholders included. */
export function testTitlesIn(path: string): string[] {
  const titles = readFileSync(path, 'utf8').matchAll(/(?:\(|^\s+)(['"])(.*?)\1,/gm);
  return [...titles].map(([, , title = '']) => title);
}
