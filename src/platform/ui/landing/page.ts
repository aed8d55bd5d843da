import type { Config } from '../../config/config.js';
import type { ServerContent } from '../../mcp/content.js';
import { PROTOCOL_REVISIONS } from '../../mcp/revisions.js';
import type { Brand } from '../brand.js';
import { html, type SafeHtml } from '../html.js';
import { brandLine, brandLinks, type Page } from '../page.js';
import { clientInstructions } from './clients.js';
import { namedList, scopeList, toolTable } from './content.js';

/** Everything the landing page shows. */
export interface LandingOptions {
  brand: Brand;
  config: Config;
  content: ServerContent<never>;
}

/** Renders the page for people who open the server's address: what it offers, and how to connect a client. */
export function landingPage({ brand, config, content }: LandingOptions): Page {
  const endpoint = `${config.publicUrl}/mcp`;
  // Cards are for hosts, not for people or models.
  const readable = content.resources.filter(({ uri }) => !uri.startsWith('ui:'));
  const body = html`<a class="skip" href="#connect">Skip to the connect instructions</a>
<header class="top wrap">
  ${brandLine(brand)}
  <nav aria-label="On this page">
    <a href="#connect">Connect</a>
    <a href="#tools">Tools</a>
  </nav>
</header>
<main>
  <section class="hero wrap">
    <h1>${brand.tagline}</h1>
    <p class="lead">
      ${brand.description}. This is a server for the Model Context Protocol: give its address to an assistant, and it can
      use the tools below.
    </p>
    <div class="endpoint">
      <p class="label">Endpoint</p>
      <code id="endpoint">${endpoint}</code>
      <button type="button" data-copy="endpoint" hidden>Copy endpoint</button>
    </div>
    <dl class="facts">
      <div><dt>Transport</dt><dd>${transports(config)}</dd></div>
      <div><dt>Protocol</dt><dd>${PROTOCOL_REVISIONS.at(0)} to ${PROTOCOL_REVISIONS.at(-1)}</dd></div>
      <div><dt>Sign-in</dt><dd>${signInFact(config)}</dd></div>
    </dl>
  </section>
  ${section(
    'connect',
    'Connect a client',
    html`<p>${signInAdvice(config)}</p>`,
    html`<div class="clients">
    ${clientInstructions({ config, content, slug: brand.slug, endpoint })}
  </div>`,
  )}
  ${section('tools', 'What it can do', scopeList(content), toolTable(content))}
  ${
    readable.length > 0 &&
    section(
      'resources',
      'What it can read',
      html`<p>Texts for the assistant, each under its own address.</p>`,
      namedList(readable.map(({ uri, description }) => ({ id: uri, description }))),
    )
  }
  ${
    content.prompts.length > 0 &&
    section(
      'prompts',
      'Prompts',
      html`<p>Instructions to pick in the client.</p>`,
      namedList(content.prompts.map(({ name, description }) => ({ id: name, description }))),
    )
  }
</main>
<footer class="wrap">${brandLinks(brand)}<a href="/readyz">Readiness, for machines</a></footer>
<p id="copy-status" class="visually-hidden" role="status"></p>`;
  return { title: `${brand.name} MCP server`, description: `An MCP server. ${brand.description}.`, body };
}

function section(id: string, title: string, introduction: SafeHtml, content: SafeHtml): SafeHtml {
  return html`<section id="${id}" class="wrap" aria-labelledby="${id}-title">
    <div class="section-head"><h2 id="${id}-title">${title}</h2>${introduction}</div>
    ${content}
  </section>`;
}

function transports({ enableSse }: Config): string {
  return enableSse ? 'Streamable HTTP, and SSE for old clients' : 'Streamable HTTP';
}

function signInFact({ authMode, externalIssuer = '' }: Config): string {
  switch (authMode) {
    case 'none':
      return 'None, for this machine only';
    case 'external':
      return `OAuth at ${new URL(externalIssuer).host}, or a service token`;
    case 'builtin':
      return 'OAuth 2.1, or a service token';
  }
}

function signInAdvice({ authMode, externalIssuer = '' }: Config): SafeHtml {
  switch (authMode) {
    case 'none':
      return html`Clients on this machine connect without signing in.`;
    case 'external':
      return html`People sign in at <b>${new URL(externalIssuer).host}</b> the first time a client connects. A service uses
        a token that the operator gives it. Clients that run in the cloud need a public https address.`;
    case 'builtin':
      return html`People sign in with their own account the first time a client connects. A service uses a token that
        the operator gives it. Clients that run in the cloud need a public https address.`;
  }
}
