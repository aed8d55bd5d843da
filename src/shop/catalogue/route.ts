import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Router } from 'express';
import { brand } from '../../brand.js';
import type { Store } from '../../platform/store/database.js';
import { imageStamps } from '../media-files.js';
import { listProducts, type Product } from '../products.js';
import type { ShopTables } from '../tables.js';
import { createCache } from './cache.js';
import { assertFonts } from './fonts.js';

/** The most catalogues in the cache; a shop with more categories makes the others again. */
const MAX_CACHED = 50;

/** Returns the public address of a category's catalogue. */
export function catalogueUrl(siteUrl: string, category: string): string {
  return `${siteUrl}/catalogs/${encodeURIComponent(category)}.pdf`;
}

/** Returns the name for a saved file. Letters of any script stay; everything else becomes "-". */
export function catalogueFileName(category: string): string {
  const words = category.normalize('NFC').match(/[\p{L}\p{N}\p{M}]+/gu) ?? ['catalogue'];
  return `${brand.uriScheme}-${words.join('-')}.pdf`;
}

/**
 * Serves `GET` and `HEAD /catalogs/:category.pdf` to everyone. An unknown category falls through to later routes. A
 * catalogue is made again, with a new `ETag`, when one of its products or pictures, the day or the layout changes.
 *
 * @throws when a font is missing
 */
export async function catalogueRoutes(store: Store<ShopTables>): Promise<Router> {
  assertFonts();
  const layout = await layoutVersion();
  const catalogueOf = createCache(MAX_CACHED);
  const router = Router();
  // Otherwise Express answers 400, but a name that cannot be decoded is just another name that does not exist.
  router.use('/catalogs', (req, _res, next) => next(isDecodable(req.path) ? undefined : 'router'));
  router.get('/catalogs/:category.pdf', async (req, res, next) => {
    const { category } = req.params;
    const products = await listProducts(store, category);
    if (products.length === 0) return next();
    const today = new Date();
    const version = await versionOf(layout, products, today);
    const filename = catalogueFileName(category);
    res.set({
      'Content-Type': 'application/pdf',
      'Content-Disposition': `inline; filename="${filename.replace(/[^ -~]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(filename)}`,
      // Clients may cache it, but must revalidate each time, so that nobody reads an old price.
      'Cache-Control': 'public, no-cache',
      // Weak, because a PDF that is made again differs in its creation time.
      ETag: `W/"${version}"`,
      'Access-Control-Allow-Origin': '*',
      'X-Content-Type-Options': 'nosniff',
    });
    if (req.fresh) {
      res.status(304).end();
      return;
    }
    const draw = async () => {
      // Loaded with the first catalogue. PDFKit and the fonts cost a start a third of its time, and memory for ever.
      const { renderCatalogue } = await import('./draw.js');
      return renderCatalogue(brand, category, products, today);
    };
    res.send(await catalogueOf(category, version, draw));
  });
  return router;
}

async function versionOf(layout: string, products: Product[], date: Date): Promise<string> {
  const pictures = await imageStamps(products.map(({ id }) => id));
  return digest(JSON.stringify([layout, products, pictures, date.toISOString().slice(0, 10)]));
}

/** Hashes the brand and every source file beside this one, so that a new layout invalidates cached catalogues. */
async function layoutVersion(): Promise<string> {
  const entries = await readdir(import.meta.dirname, { withFileTypes: true });
  const names = entries.flatMap((entry) => (entry.isFile() ? entry.name : [])).sort();
  const sources = names.map((name) => readFile(join(import.meta.dirname, name), 'utf8'));
  return digest(JSON.stringify([brand, ...(await Promise.all(sources))]));
}

function digest(content: string): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 22);
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
