import { once } from 'node:events';
import PDFDocument from 'pdfkit';
import type { Brand } from '../../platform/ui/brand.js';
import { readImage } from '../media-files.js';
import { formatPrice, type Product, wordsOf } from '../products.js';
import { drawText, type Sheet } from './draw-text.js';

/** In points, 72 to the inch; the page is A4. */
const PAGE = { width: 595.28, height: 841.89, margin: 48 };
const GAP = 26;
const CARD_WIDTH = (PAGE.width - 2 * PAGE.margin - GAP) / 2;
const CARD_HEIGHT = 345;
const CARDS_TOP = 92;
const PRODUCTS_PER_PAGE = 4;

/** A picture opened in a document, which holds it only once however often it is drawn. */
type Picture = PDFKit.Mixins.ImageSrc;

/**
 * Draws the catalogue of one category as a PDF: a cover, then four products a page with picture, name, price and stock.
 *
 * @param date the date of the prices and stock
 */
export async function renderCatalogue(
  { name, colors }: Pick<Brand, 'name' | 'colors'>,
  category: string,
  products: Product[],
  date: Date,
): Promise<Buffer> {
  const title = titleOf(category);
  const day = date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
  const files = await Promise.all(products.map(({ id }) => readImage(id)));
  const document = new PDFDocument({
    size: 'A4',
    margin: 0,
    autoFirstPage: false,
    lang: 'en',
    displayTitle: true,
    // Otherwise PDFKit would read a standard font that no page uses.
    font: '',
    info: { Title: `${name}: ${title}`, Author: name, Subject: `Prices and stock of ${day}` },
  });
  const sheet = { document, name, colors: colors.light };
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const finished = once(document, 'end');

  const pictures = files.map((file) => file && openPicture(document, file));

  const pages = Math.ceil(products.length / PRODUCTS_PER_PAGE);
  document.addPage();
  drawCover(sheet, title, day, products.length, pictures.find(Boolean));
  for (let page = 0; page < pages; page++) {
    document.addPage();
    drawHeading(sheet, title);
    const first = page * PRODUCTS_PER_PAGE;
    for (const [index, product] of products.slice(first, first + PRODUCTS_PER_PAGE).entries()) {
      const x = PAGE.margin + (index % 2) * (CARD_WIDTH + GAP);
      const y = CARDS_TOP + Math.floor(index / 2) * CARD_HEIGHT;
      drawProduct(sheet, product, pictures[first + index], x, y);
    }
    drawFooter(sheet, `Prices and stock of ${day}`, `${page + 2} / ${pages + 1}`);
  }
  document.end();
  await finished;
  return Buffer.concat(chunks);
}

/** Puts a category into words for use as a heading, such as "Lighting". */
export function titleOf(category: string): string {
  const words = wordsOf(category);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function drawCover(
  { document, name, colors }: Sheet,
  title: string,
  day: string,
  count: number,
  picture: Picture | undefined,
): void {
  const { width, height, margin } = PAGE;
  const pictureTop = height - width;
  document.rect(0, 0, width, height).fill(colors.accent);
  if (picture) document.image(picture, 0, pictureTop, { width });
  const box = { x: margin, width: width - 2 * margin };
  const color = colors.onAccent;
  document.rect(margin, 62, 34, 3).fill(colors.onAccent);
  drawText(document, name, { ...box, y: 76, size: 15, color, bold: true });
  const { bottom } = drawText(document, title, {
    ...box,
    y: 104,
    size: 44,
    color,
    bold: true,
    maxLines: 2,
  });
  const products = count === 1 ? '1 product' : `${count} products`;
  drawText(document, `Catalogue · ${products} · ${day}`, {
    ...box,
    y: bottom + 8,
    size: 13,
    color,
  });
}

function openPicture(document: PDFKit.PDFDocument, file: Buffer): Picture {
  // Documented, but missing from its types.
  return (document as unknown as { openImage(file: Buffer): Picture }).openImage(file);
}

function drawHeading({ document, name, colors }: Sheet, title: string): void {
  const box = { x: PAGE.margin, width: PAGE.width - 2 * PAGE.margin, y: 44, size: 13 };
  const right = { ...box, x: box.x + box.width / 2, width: box.width / 2 };
  const taken = drawText(document, name, {
    ...right,
    color: colors.accent,
    bold: true,
    align: 'right',
  }).width;
  drawText(document, title, { ...box, width: box.width - taken - 12, color: colors.ink, bold: true });
  rule(document, 72, colors.line);
}

function drawProduct(
  { document, colors }: Sheet,
  product: Product,
  picture: Picture | undefined,
  x: number,
  y: number,
): void {
  const pictureHeight = 232;
  document.save().roundedRect(x, y, CARD_WIDTH, pictureHeight, 8).clip();
  document.rect(x, y, CARD_WIDTH, pictureHeight).fill(colors.ground);
  // Pictures are square; the excess is cut off evenly at the top and bottom of the card.
  if (picture) document.image(picture, x, y - (CARD_WIDTH - pictureHeight) / 2, { width: CARD_WIDTH });
  document.restore();

  const box = { x, width: CARD_WIDTH };
  let next = y + pictureHeight + 12;
  const name = {
    ...box,
    y: next,
    size: 15,
    color: colors.ink,
    bold: true,
    maxLines: 2,
    align: 'start',
  } as const;
  next = drawText(document, product.name, name).bottom;
  const bottom = y + CARD_HEIGHT - 46;
  const maxLines = next < bottom - 26 ? 2 : 1;
  const description = {
    ...box,
    y: next + 2,
    size: 9.5,
    color: colors.muted,
    maxLines,
    align: 'start',
  } as const;
  drawText(document, product.description, description);
  const stock = product.stock > 0 ? `${product.stock} in stock` : 'Sold out';
  const color = product.stock > 0 ? colors.muted : colors.danger;
  const right = { ...box, y: bottom + 3, size: 10, color, bold: true, align: 'right' } as const;
  const taken = drawText(document, stock, right).width;
  const left = { x, width: CARD_WIDTH - taken - 12, y: bottom, size: 14, color: colors.accent, bold: true };
  drawText(document, formatPrice(product), left);
}

function drawFooter({ document, colors }: Sheet, left: string, right: string): void {
  rule(document, PAGE.height - 52, colors.line);
  const box = { x: PAGE.margin, width: PAGE.width - 2 * PAGE.margin, y: PAGE.height - 42, size: 8.5 };
  drawText(document, left, { ...box, color: colors.muted });
  drawText(document, right, { ...box, color: colors.muted, align: 'right' });
}

function rule(document: PDFKit.PDFDocument, y: number, color: string): void {
  document.rect(PAGE.margin, y, PAGE.width - 2 * PAGE.margin, 0.75).fill(color);
}
