import { getDocument, OPS } from 'pdfjs-dist/legacy/build/pdf.mjs';

export interface PdfContent {
  title: unknown;
  /** The text of each page, items separated by spaces. */
  pages: string[];
  /** The lines of each page, with their characters from left to right as printed, whatever their script. */
  lines: PrintedLine[][];
  /** The pictures each page draws. */
  pictures: PrintedPicture[][];
}

/** A line of text. Positions are in points from the left and the top of the page. */
export interface PrintedLine {
  text: string;
  x: number;
  right: number;
  y: number;
}

/** A picture. Positions are in points from the top of the page. */
export interface PrintedPicture {
  top: number;
}

interface Glyph {
  unicode: string;
  /** In thousandths of the font size. */
  width: number;
}

/** Reads a PDF the way a viewer does. */
export async function readPdf(data: Uint8Array): Promise<PdfContent> {
  const document = await getDocument({ data: new Uint8Array(data), verbosity: 0 }).promise;
  const { info } = await document.getMetadata();
  const content: PdfContent = {
    title: 'Title' in info ? info.Title : undefined,
    pages: [],
    lines: [],
    pictures: [],
  };
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent();
    content.pages.push(items.map((item) => ('str' in item ? item.str : '')).join(' '));
    const { fnArray, argsArray } = await page.getOperatorList();
    const operations = fnArray.map((operation, index) => ({ operation, args: argsArray[index] }));
    content.lines.push(printedLines(operations, page.view[3] ?? 0));
    content.pictures.push(printedPictures(operations));
  }
  await document.destroy();
  return content;
}

type Operations = { operation: number; args: unknown }[];

function printedLines(operations: Operations, height: number): PrintedLine[] {
  const glyphs: (PrintedLine & { order: number })[] = [];
  let x = 0;
  let y = 0;
  let size = 0;
  for (const { operation, args } of operations) {
    if (operation === OPS.setFont) size = (args as [string, number])[1];
    if (operation === OPS.setTextMatrix) {
      const [matrix] = args as [Float32Array];
      x = matrix[4] ?? 0;
      y = height - (matrix[5] ?? 0);
    }
    if (operation !== OPS.showText) continue;
    for (const part of (args as [(Glyph | number)[]])[0]) {
      const width = ((typeof part === 'number' ? -part : part.width) / 1000) * size;
      if (typeof part !== 'number')
        glyphs.push({ text: part.unicode, x, right: x + width, y, order: glyphs.length });
      x += width;
    }
  }
  const lines: PrintedLine[] = [];
  glyphs.sort((a, b) => a.y - b.y || a.x - b.x || a.order - b.order);
  for (const { text, x, right, y } of glyphs) {
    const last = lines.at(-1);
    // Text more than two spaces away belongs to another column.
    if (last?.y === y && x - last.right < 8) {
      last.text += text;
      last.right = right;
    } else lines.push({ text, x, right, y });
  }
  return lines;
}

function printedPictures(operations: Operations): PrintedPicture[] {
  const pictures: PrintedPicture[] = [];
  let matrix: number[] = [];
  for (const { operation, args } of operations) {
    if (operation === OPS.transform) matrix = args as number[];
    if (operation !== OPS.paintImageXObject) continue;
    // The page is flipped so that y counts downwards; a picture begins at its lower edge.
    const [, , , height = 0, , bottom = 0] = matrix;
    pictures.push({ top: bottom + height });
  }
  return pictures;
}
