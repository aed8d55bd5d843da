import type { Palette } from '../../platform/ui/brand.js';
import { isRightToLeft, loadFont, printable, printPieces, startsAtTheRight, wrap } from './text.js';

/** A document with the look of a brand, in its colours for light backgrounds. */
export interface Sheet {
  document: PDFKit.PDFDocument;
  name: string;
  colors: Palette;
}

/** Where a text is printed, in points. */
interface TextBox {
  x: number;
  y: number;
  width: number;
  size: number;
  color: string;
  bold?: boolean;
  maxLines?: number;
  /** `start` is the side where reading begins. Defaults to `left`. */
  align?: 'start' | 'right';
}

/** Prints a text of any script. @returns in points, where it ends from the top, and the width of its widest line */
export function drawText(
  document: PDFKit.PDFDocument,
  text: string,
  box: TextBox,
): { bottom: number; width: number } {
  const { text: shown, font } = printable(text, box.bold);
  // PDFKit also takes an opened font; only its types do not say so.
  document
    .font(loadFont(font) as unknown as Buffer, font)
    .fontSize(box.size)
    .fillColor(box.color);
  const lineHeight = box.size * 1.25;
  // Given a list of features, PDFKit shapes a run as a whole, which right-to-left text needs. Otherwise it shapes word by
  // word, from a cache.
  const shaping = isRightToLeft(shown) ? { features: [] } : {};
  const piecesOf = (line: string) => printPieces(line, shown, font);
  const widthOf = (line: string) =>
    piecesOf(line).reduce((width, piece) => width + document.widthOfString(piece, shaping), 0);
  const lines = wrap(shown, box.width, box.maxLines ?? 1, widthOf);
  const atTheRight = box.align === 'right' || (box.align === 'start' && startsAtTheRight(shown));
  for (const [index, line] of lines.entries()) {
    let x = atTheRight ? box.x + box.width - widthOf(line) : box.x;
    for (const piece of piecesOf(line)) {
      document.text(piece, x, box.y + index * lineHeight, { lineBreak: false, ...shaping });
      x += document.widthOfString(piece, shaping);
    }
  }
  return { bottom: box.y + lines.length * lineHeight, width: Math.max(...lines.map(widthOf)) };
}
