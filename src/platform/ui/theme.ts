import type { Brand, Palette } from './brand.js';

/**
 * The colours of the brand as CSS custom properties, such as `--brand-ground` and `--brand-on-accent`. Every page and
 * every card takes its colours from here. The system decides between light and dark, unless `data-theme` on the root
 * does, as hosts of cards have it.
 */
export function themeCss({ colors }: Brand): string {
  const dark = properties(colors.dark);
  return [
    `:root{${properties(colors.light)}}`,
    `:root[data-theme=dark]{${dark}}`,
    `@media(prefers-color-scheme:dark){:root:not([data-theme]){${dark}}}`,
  ].join('\n');
}

function properties(palette: Palette): string {
  return Object.entries(palette)
    .map(
      ([name, color]) => `--brand-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}:${color}`,
    )
    .join(';');
}
