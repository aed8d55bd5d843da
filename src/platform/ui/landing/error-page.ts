import type { RequestHandler } from 'express';
import { localsOf } from '../../http/request-locals.js';
import { html } from '../html.js';
import { brandLine, brandLinks, type Page, pageTemplate } from '../page.js';
import type { LandingOptions } from './page.js';

/**
 * Shows errors to people as pages that lead to the endpoint and to the instructions. Programs go on getting JSON. Mount
 * it before the routes.
 */
export function errorPages(options: Pick<LandingOptions, 'brand' | 'config'>): RequestHandler {
  const { render, policy } = pageTemplate(options.brand, import.meta.dirname, 'landing');
  const page = {
    policy: `${policy}; form-action 'none'`,
    render: (status: number, description: string) => render(errorPage(options, status, description)),
  };
  return (_req, res, next) => {
    localsOf(res).errorPage = page;
    next();
  };
}

function errorPage(
  { brand, config }: Pick<LandingOptions, 'brand' | 'config'>,
  status: number,
  description: string,
): Page {
  const [title, message] = words(status, description);
  const body = html`<header class="top wrap">${brandLine(brand)}</header>
<main>
  <section class="hero wrap">
    <h1>${title}</h1>
    <p class="lead">${message}</p>
    <div class="endpoint">
      <p class="label">Endpoint for assistants</p>
      <code id="endpoint">${config.publicUrl}/mcp</code>
      <button type="button" data-copy="endpoint" hidden>Copy endpoint</button>
    </div>
    <p><a href="${config.publicUrl}/#connect">How to connect an assistant</a></p>
  </section>
</main>
<footer class="wrap">${brandLinks(brand)}</footer>
<p id="copy-status" class="visually-hidden" role="status"></p>`;
  return { title: `${title} - ${brand.name}`, body };
}

/** Returns the title and the text for a status. */
function words(status: number, description: string): [string, string] {
  switch (status) {
    case 401:
    case 405:
      return [
        'For assistants, not for browsers',
        'There is no page at this address. Give the endpoint below to your assistant, and it connects by itself.',
      ];
    case 404:
      return ['Nothing here', 'There is no page at this address. Perhaps the link is old or incomplete.'];
    default:
      return ['That did not work', description];
  }
}
