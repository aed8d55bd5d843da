import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Brand } from './brand.js';
import { html, SafeHtml } from './html.js';
import { inlineLogo } from './logo.js';
import { themeCss } from './theme.js';

const baseStyle = readFileSync(join(import.meta.dirname, 'page.css'), 'utf8');

/** The content of a page. */
export interface Page {
  title: string;
  /** For search engines and link previews. */
  description?: string;
  body: SafeHtml;
}

/** Renders pages that share a style sheet, a script and a policy. */
export interface PageTemplate {
  render: (page: Page) => string;
  /** The value of `Content-Security-Policy`. It allows only what is inlined in the page, and the favicon. */
  policy: string;
}

/** Creates a template with `<name>.css` and `<name>.js` from the folder. */
export function pageTemplate(brand: Brand, folder: string, name: string): PageTemplate {
  const read = (ending: string) => readFileSync(join(folder, `${name}.${ending}`), 'utf8');
  const style = `${themeCss(brand)}\n${baseStyle}${read('css')}`;
  const script = read('js');
  return {
    policy: [
      "default-src 'none'",
      `style-src '${digest(style)}'`,
      `script-src '${digest(script)}'`,
      "img-src 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    render: ({ title, description, body }) =>
      html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${description !== undefined && html`<meta name="description" content="${description}">\n`}<title>${title}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<style>${new SafeHtml(style)}</style>
</head>
<body>
${body}
<script type="module">${new SafeHtml(script)}</script>
</body>
</html>
`.toString(),
  };
}

/** Returns the logo with the name beside it. */
export function brandLine(brand: Brand): SafeHtml {
  return html`<p class="brand">${inlineLogo(brand)} <bdi>${brand.name}</bdi></p>`;
}

/** Returns links to the support address and the legal pages, or nothing if the brand has neither. */
export function brandLinks({ supportEmail, legalLinks = [] }: Brand): SafeHtml[] {
  const help = supportEmail === undefined ? [] : [{ label: 'Get help', url: `mailto:${supportEmail}` }];
  return [...help, ...legalLinks].map(
    ({ label, url }) => html`<a href="${url}" rel="noreferrer">${label}</a> `,
  );
}

/** Returns the hash source of a text for a content security policy. */
function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
