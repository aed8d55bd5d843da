/** Gives the catalogue of a category at a version, made only when that version is not kept yet. */
export type CatalogueCache = (
  category: string,
  version: string,
  render: () => Promise<Buffer>,
) => Promise<Buffer>;

/**
 * Keeps the newest version of each category; requests that come while it is made share it. One that failed is made
 * again.
 *
 * @param limit categories kept; the one made longest ago goes first
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
