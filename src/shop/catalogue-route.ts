import { createHash } from 'node:crypto';
import { Router } from 'express';
import type { Store } from '../platform/store/database.js';
import { prepareCatalogues, renderCatalogue } from './catalogue.js';
import { listCategories, listProducts, type Product } from './products.js';

/** Catalogues kept ready; a shop with more categories makes the others again. */
const MAX_CACHED = 50;

/** The public address of a category's catalogue. */
export function catalogueUrl(siteUrl: string, category: string): string {
  return `${siteUrl}/catalogs/${encodeURIComponent(category)}.pdf`;
}

/** What the file is called when someone saves it; letters of any script stay, the rest becomes "-". */
export function catalogueFileName(category: string): string {
  return `acme-${category.replace(/[^\p{L}\p{N}]+/gu, '-')}.pdf`;
}

/**
 * `GET` and `HEAD /catalogs/:category.pdf`, for everyone. An unknown category falls through to the routes after it.
 * A catalogue is made again when one of its products or the day changes, which also changes its `ETag`.
 *
 * @throws when a font is missing
 */
export async function catalogueRoutes(store: Store): Promise<Router> {
  await prepareCatalogues();
  const catalogueOf = createCache();
  const router = Router();
  router.get('/catalogs/:category.pdf', async (req, res, next) => {
    const { category } = req.params;
    // Compared here rather than in SQL: the name is anybody's input, and PostgreSQL refuses a null byte.
    if (!(await listCategories(store)).includes(category)) return next();
    const products = await listProducts(store, category);
    const today = new Date();
    const version = versionOf(products, today);
    const filename = catalogueFileName(category);
    res.set({
      'Content-Type': 'application/pdf',
      'Content-Disposition': `inline; filename="${filename.replace(/[^ -~]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(filename)}`,
      // Kept by clients, but asked for again each time, so that nobody reads an old price.
      'Cache-Control': 'public, no-cache',
      // Weak, because the same content made again differs in its time of making.
      ETag: `W/"${version}"`,
      'Access-Control-Allow-Origin': '*',
      'X-Content-Type-Options': 'nosniff',
    });
    if (req.fresh) {
      res.status(304).end();
      return;
    }
    res.send(await catalogueOf(category, version, () => renderCatalogue(category, products, today)));
  });
  return router;
}

function versionOf(products: Product[], date: Date): string {
  const content = JSON.stringify([products, date.toISOString().slice(0, 10)]);
  return createHash('sha256').update(content).digest('base64url').slice(0, 22);
}

/** Keeps the newest version of each category; requests that come while it is made share it. */
function createCache() {
  const kept = new Map<string, { version: string; pdf: Promise<Buffer> }>();
  return (category: string, version: string, render: () => Promise<Buffer>): Promise<Buffer> => {
    const found = kept.get(category);
    if (found?.version === version) return found.pdf;
    const pdf = render();
    kept.delete(category);
    kept.set(category, { version, pdf });
    const [oldest] = kept.keys();
    if (kept.size > MAX_CACHED && oldest !== undefined) kept.delete(oldest);
    pdf.catch(() => {
      if (kept.get(category)?.pdf === pdf) kept.delete(category);
    });
    return pdf;
  };
}
