import { createRequire } from 'node:module';

const FONT_FILES = {
  /** The typeface of the brand; Latin letters only. TTF, because unpacking WOFF costs more than the whole catalogue. */
  brand: '@expo-google-fonts/figtree/400Regular/Figtree_400Regular.ttf',
  brandBold: '@expo-google-fonts/figtree/700Bold/Figtree_700Bold.ttf',
  /** For everything else: Latin, Greek, Cyrillic, Hebrew, Arabic. Add a font here for Chinese, for example. */
  wide: 'dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf',
  wideBold: 'dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf',
};

/** A font of the catalogue. */
export type FontName = keyof typeof FONT_FILES;

const require = createRequire(import.meta.url);

/**
 * Returns the path of a font's file.
 *
 * @throws when its package or the file is missing
 */
export function fontFile(name: FontName): string {
  return require.resolve(FONT_FILES[name]);
}

/**
 * Checks that the file of every font is there, without opening it.
 *
 * @throws when one is missing
 */
export function assertFonts(): void {
  for (const name of Object.keys(FONT_FILES) as FontName[]) fontFile(name);
}
