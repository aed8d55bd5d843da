/** Returns the catalogue of a category at a version, and makes it only when that version is not cached. */
export type CatalogueCache = (
  category: string,
  version: string,
  render: () => Promise<Buffer>,
) => Promise<Buffer>;

/**
 * Makes a cache that holds the newest version of each category. Requests that arrive while it is being made share the
 * result; a failure is not cached.
 *
 * @param limit the most categories to hold; the one made longest ago goes first
 */
export function createCache(limit: number): CatalogueCache {
  const kept = new Map<string, { version: string; pdf: Promise<Buffer> }>();
  return (category, version, render) => {
    const found = kept.get(category);
    if (found?.version === version) return found.pdf;
    const pdf = render();
    kept.delete(category);
    kept.set(category, { version, pdf });
    const [oldest] = kept.keys();
    if (kept.size > limit && oldest !== undefined) kept.delete(oldest);
    pdf.catch(() => {
      if (kept.get(category)?.pdf === pdf) kept.delete(category);
    });
    return pdf;
  };
}
