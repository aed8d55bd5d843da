import { createRequire } from 'node:module';
import { type Font, openSync } from 'fontkit';

/** Printed in place of every character no font has a shape for. */
const MISSING = '□';
/** Hebrew, Arabic and their neighbours; anything else needs no reordering. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;
const FONT_FILES = {
  /** The face of the shop; Latin letters only. TTF, because unpacking WOFF costs more than the whole catalogue. */
  brand: '@expo-google-fonts/figtree/400Regular/Figtree_400Regular.ttf',
  brandBold: '@expo-google-fonts/figtree/700Bold/Figtree_700Bold.ttf',
  /** For everything else: Latin, Greek, Cyrillic, Hebrew, Arabic. Add a font here for Chinese, for example. */
  wide: 'dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf',
  wideBold: 'dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf',
};
type BidiModule = typeof import('bidi-js');
type FontName = keyof typeof FONT_FILES;

const require = createRequire(import.meta.url);
const loaded = new Map<FontName, Font>();
// The types of the package describe another module system than the one it has.
const bidi = (require('bidi-js') as BidiModule['default'])();
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A font of the catalogue, opened once: what it works out about its glyphs serves every later catalogue. */
export function loadFont(name: FontName): Font {
  let font = loaded.get(name);
  if (font === undefined) {
    font = openSync(require.resolve(FONT_FILES[name])) as Font;
    loaded.set(name, font);
  }
  return font;
}

/** A text that a font can print. */
export interface Printable {
  text: string;
  font: FontName;
}

/**
 * Picks the font for a text. Control characters become spaces, and what no font can show becomes one box for each
 * visible character, so that nothing in a product's name can break a page.
 */
export function printable(text: string, bold = false): Printable {
  const clean = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  const brand: FontName = bold ? 'brandBold' : 'brand';
  if (covers(loadFont(brand), clean)) return { text: clean, font: brand };
  const wide: FontName = bold ? 'wideBold' : 'wide';
  const font = loadFont(wide);
  const shown = Array.from(graphemes.segment(clean), ({ segment }) => {
    const visible = segment.replace(/[\p{Cf}\p{Variation_Selector}]/gu, '');
    return covers(font, visible) ? visible : MISSING;
  });
  return { text: shown.join(''), font: wide };
}

function covers(font: Font, text: string): boolean {
  return Array.from(text).every((character) => font.hasGlyphForCodePoint(character.codePointAt(0) as number));
}

/**
 * Breaks a text into lines. A word wider than a line is broken where it must be; what does not fit ends in "…".
 *
 * @param widthOf the width of a text, in the same unit as `width`
 */
export function wrap(
  text: string,
  width: number,
  maxLines: number,
  widthOf: (text: string) => number,
): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const extended = line === '' ? word : `${line} ${word}`;
    if (widthOf(extended) <= width) {
      line = extended;
      continue;
    }
    if (line !== '') lines.push(line);
    line = '';
    for (const { segment } of graphemes.segment(word)) {
      if (line !== '' && widthOf(line + segment) > width) {
        lines.push(line);
        line = '';
      }
      line += segment;
      if (lines.length >= maxLines) return [...lines.slice(0, maxLines - 1), shorten(lines[maxLines - 1])];
    }
  }
  return [...lines, line];

  function shorten(full = ''): string {
    const kept = Array.from(graphemes.segment(full), ({ segment }) => segment);
    while (kept.length > 0 && widthOf(`${kept.join('')}…`) > width) kept.pop();
    return `${kept.join('').trimEnd()}…`;
  }
}

/** Whether a text has letters that run from right to left, and so must be shaped and ordered in runs. */
export function isRightToLeft(text: string): boolean {
  return RIGHT_TO_LEFT.test(text);
}

/**
 * Cuts a line into runs of one direction, from left to right as they stand on the page (Unicode Standard Annex 9,
 * rule L2). Each run keeps its logical order, because the font shapes and turns it.
 *
 * @param paragraph the text the line is part of; its first strong character decides the direction
 */
export function visualRuns(line: string, paragraph: string): string[] {
  if (!isRightToLeft(paragraph)) return [line];
  const isRtl = bidi.getEmbeddingLevels(paragraph).paragraphs[0]?.level === 1;
  const { levels } = bidi.getEmbeddingLevels(line, isRtl ? 'rtl' : 'ltr');
  const runs: { text: string; level: number }[] = [];
  for (let index = 0; index < line.length; index++) {
    const level = levels[index] ?? 0;
    const character = line[index] ?? '';
    const shown = level % 2 === 1 ? (bidi.getMirroredCharacter(character) ?? character) : character;
    const last = runs.at(-1);
    if (last !== undefined && last.level === level) last.text += shown;
    else runs.push({ text: shown, level });
  }
  for (let level = Math.max(0, ...runs.map((run) => run.level)); level > 0; level--) {
    for (let start = 0; start < runs.length; start++) {
      let end = start;
      while ((runs[end]?.level ?? -1) >= level) end++;
      if (end > start + 1) runs.splice(start, end - start, ...runs.slice(start, end).reverse());
      start = Math.max(start, end);
    }
  }
  return runs.map(({ text }) => text);
}
