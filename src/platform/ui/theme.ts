import type { Brand, Palette } from './brand.js';

/**
 * Returns the brand's colours as CSS custom properties, such as `--brand-ground` and `--brand-on-accent`, for all pages
 * and cards. The system setting selects light or dark, unless the root has `data-theme`, which card hosts set.
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
