import { getDocument, OPS } from 'pdfjs-dist/legacy/build/pdf.mjs';

export interface PdfContent {
  title: unknown;
  /** The text of each page, items separated by spaces. */
  pages: string[];
  /** How many pictures each page draws. */
  pictures: number[];
}

/** Reads a PDF the way a viewer does. */
export async function readPdf(data: Uint8Array): Promise<PdfContent> {
  const document = await getDocument({ data: new Uint8Array(data), verbosity: 0 }).promise;
  const { info } = await document.getMetadata();
  const pages: string[] = [];
  const pictures: number[] = [];
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent();
    pages.push(items.map((item) => ('str' in item ? item.str : '')).join(' '));
    const { fnArray } = await page.getOperatorList();
    pictures.push(fnArray.filter((operation) => operation === OPS.paintImageXObject).length);
  }
  await document.destroy();
  return { title: 'Title' in info ? info.Title : undefined, pages, pictures };
}
