import type { Brand } from './brand.js';
import { html, type SafeHtml } from './html.js';

/** Returns the logo as inline SVG in the theme's colours. Hidden from screen readers: put the name beside it. */
export function inlineLogo(brand: Brand): SafeHtml {
  return html`<svg class="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">${drawing(brand)}</svg>`;
}

/** Returns the logo as an SVG file. */
export function logoFile(brand: Brand): string {
  const { accent, onAccent } = brand.colors.light;
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="${accent}" stroke="${onAccent}"><title>${brand.name}</title>${drawing(brand)}</svg>\n`.toString();
}

function drawing({ logo }: Brand): SafeHtml {
  return html`<rect width="32" height="32" rx="8" stroke="none"/><path d="${logo}" transform="translate(5.6 5.6) scale(.867)" fill="none" stroke-width="2.3" stroke-linecap="round" stroke-linejoin="round"/>`;
}
