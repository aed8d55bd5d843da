import { createRequire } from 'node:module';
import { type Font, openSync } from 'fontkit';
import { type FontName, fontFile } from './fonts.js';

/** Printed in place of every character that no font can show. */
const MISSING = '□';
/** In UTF-16 units. Far more than two lines hold; a limit is needed because shaping takes time for every character. */
const MAX_LENGTH = 500;
/** Hebrew, Arabic and their neighbours; anything else needs no reordering. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;
type BidiModule = typeof import('bidi-js');

const require = createRequire(import.meta.url);
const loaded = new Map<FontName, Font>();
// The types of the package describe a different module system than the one it uses.
const bidi = (require('bidi-js') as BidiModule['default'])();
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Opens a font of the catalogue once, so that later catalogues reuse what it has worked out about its glyphs. */
export function loadFont(name: FontName): Font {
  let font = loaded.get(name);
  if (font === undefined) {
    font = openSync(fontFile(name)) as Font;
    // A glyph keeps the character it was first used for, and copied text reads as that character. Drawing "é" first would
    // leave "e" without one, so all letters up to Arabic, which other letters are composed of, are requested here.
    for (const code of font.characterSet) if (code < 0x700) font.glyphForCodePoint(code);
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
 * Picks the font for a text. Control characters become spaces, format characters are removed, and each visible character
 * that no font can show becomes a box, so that nothing in a product's name can break a page. A text longer than any line
 * is cut.
 */
export function printable(text: string, bold = false): Printable {
  const clean = cut(text.replace(/[\s\p{Cc}]+/gu, ' ').trim());
  const visible = Array.from(graphemes.segment(clean), ({ segment }) => withoutFormat(segment));
  const brand: FontName = bold ? 'brandBold' : 'brand';
  if (covers(loadFont(brand), visible.join(''))) return { text: visible.join(''), font: brand };
  const wide: FontName = bold ? 'wideBold' : 'wide';
  const shown = visible.map((grapheme) => (covers(loadFont(wide), grapheme) ? grapheme : MISSING));
  return { text: shown.join(''), font: wide };
}

/** Cuts a text between visible characters, or inside one with endless accents. */
function cut(text: string): string {
  const boundary = graphemes.segment(text).containing(MAX_LENGTH)?.index ?? text.length;
  return text.slice(0, boundary || MAX_LENGTH);
}

/** Removes format characters, except joiners after Arabic letters, because Persian words are spelled with them. */
function withoutFormat(grapheme: string): string {
  return /^\p{Script=Arabic}/u.test(grapheme)
    ? grapheme.replace(/(?![\u200c\u200d])[\p{Cf}\p{Variation_Selector}]/gu, '')
    : grapheme.replace(/[\p{Cf}\p{Variation_Selector}]/gu, '');
}

function covers(font: Font, text: string): boolean {
  return Array.from(text).every((character) => font.hasGlyphForCodePoint(character.codePointAt(0) as number));
}

/**
 * Breaks a text into lines. A word wider than a line is broken where necessary; a text that does not fit ends in "…".
 *
 * @param widthOf measures a text, in the same unit as `width`
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

/** Checks whether a text has right-to-left letters, and so must be shaped and ordered in runs. */
export function isRightToLeft(text: string): boolean {
  return RIGHT_TO_LEFT.test(text);
}

/** Checks whether a text as a whole reads from right to left, which its first letter decides. */
export function startsAtTheRight(text: string): boolean {
  return isRightToLeft(text) && bidi.getEmbeddingLevels(text).paragraphs[0]?.level === 1;
}

/** A part of a line with one direction, in reading order. */
export interface Run {
  text: string;
  rightToLeft: boolean;
}

/**
 * Splits a line into runs of one direction, from left to right as they appear on the page (Unicode Standard Annex 9,
 * rule L2).
 *
 * @param paragraph the text the line is part of; its first letter decides the direction
 */
export function visualRuns(line: string, paragraph: string): Run[] {
  if (!isRightToLeft(paragraph)) return [{ text: line, rightToLeft: false }];
  const { levels } = bidi.getEmbeddingLevels(line, startsAtTheRight(paragraph) ? 'rtl' : 'ltr');
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
  return runs.map(({ text, level }) => ({ text, rightToLeft: level % 2 === 1 }));
}

/**
 * Splits a line into the pieces to print side by side, from left to right. A font reverses a piece by its script alone.
 * It even reverses Arabic digits, which run from left to right, and never brackets. Such a piece is reversed beforehand.
 *
 * @param paragraph the text the line is part of; its first letter decides the direction
 */
export function printPieces(line: string, paragraph: string, font: FontName): string[] {
  if (!isRightToLeft(paragraph)) return [line];
  return visualRuns(line, paragraph).map(({ text, rightToLeft }) => {
    const turns = loadFont(font).layout(text, []).direction === 'rtl';
    return turns === rightToLeft ? text : reversed(text);
  });
}

function reversed(text: string): string {
  return Array.from(graphemes.segment(text), ({ segment }) => segment)
    .reverse()
    .join('');
}
