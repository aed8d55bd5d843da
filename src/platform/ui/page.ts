import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Brand } from './brand.js';
import { html, SafeHtml } from './html.js';
import { inlineLogo } from './logo.js';
import { themeCss } from './theme.js';

const baseStyle = readFileSync(join(import.meta.dirname, 'page.css'), 'utf8');

/** What a page says. */
export interface Page {
  title: string;
  /** For search engines and previews of links. */
  description?: string;
  body: SafeHtml;
}

/** Pages of one kind: the same style sheet, script and policy. */
export interface PageTemplate {
  render: (page: Page) => string;
  /** The value of `Content-Security-Policy`: all a page can load is what is in it, and the favicon. */
  policy: string;
}

/** Reads the style sheet and the script of a kind of page: `<name>.css` and `<name>.js` in the folder. */
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

/** The logo with the name beside it. */
export function brandLine(brand: Brand): SafeHtml {
  return html`<p class="brand">${inlineLogo(brand)} <bdi>${brand.name}</bdi></p>`;
}

/** Where people get help, and the legal links; nothing when the brand has neither. */
export function brandLinks({ supportEmail, legalLinks = [] }: Brand): SafeHtml[] {
  const help = supportEmail === undefined ? [] : [{ label: 'Get help', url: `mailto:${supportEmail}` }];
  return [...help, ...legalLinks].map(
    ({ label, url }) => html`<a href="${url}" rel="noreferrer">${label}</a> `,
  );
}

/** The source expression of content security policies for a text. */
function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
