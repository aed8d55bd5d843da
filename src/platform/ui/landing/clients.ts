import type { Config } from '../../config/config.js';
import type { ServerContent } from '../../mcp/content.js';
import { html, type SafeHtml } from '../html.js';

/** Everything the instructions depend on. */
interface Connection {
  config: Config;
  content: ServerContent<never>;
  /** The server's name in configuration files. */
  slug: string;
  /** The address of the MCP endpoint. */
  endpoint: string;
}

/** Returns instructions for every client that can reach this server and sign in. */
export function clientInstructions(connection: Connection): SafeHtml[] {
  const local = [claudeCode, vsCode, cursor, inspector];
  // Without sign-in the server is reachable only from its own machine.
  const shown = connection.config.authMode === 'none' ? local : [nexus, connext, claude, chatGpt, ...local];
  return shown.map((client) => client(connection));
}

function nexus({ endpoint }: Connection): SafeHtml {
  return html`<article>
    <h3>JackAI Nexus</h3>
    <p class="kind">Service token, public https address</p>
    <ol>
      <li>Add an MCP server and choose the transport <b>Streamable HTTP</b>.</li>
      <li>As the URL, enter <code>${endpoint}</code></li>
      <li>As the token, enter the one you got from the operator, without the word Bearer.</li>
      <li>Leave the timeout at 30 seconds, save, then refresh the tool list.</li>
    </ol>
  </article>`;
}

function connext({ config, content, endpoint }: Connection): SafeHtml {
  const cards = content.tools
    .filter(({ card }) => card !== undefined)
    .map(({ name }) => html` <code>${name}</code>`);
  return html`<article>
    <h3>Connext</h3>
    <p class="kind">OAuth, public https address</p>
    <ol>
      <li>As an administrator, add an MCP server with the URL <code>${endpoint}</code></li>
      <li>Choose OAuth. ${clientId(config)}</li>
      ${
        cards.length > 0 &&
        html`<li>Tick <b>Allow UI</b> to see the cards of${cards}, and <b>app-callable</b> at the tools that their
          buttons call.</li>`
      }
      <li>Each person then signs in once.</li>
    </ol>
  </article>`;
}

function clientId({ authMode, enableDcr }: Config): string {
  if (authMode === 'external') return 'Enter the client id that your identity provider has for Connext.';
  return enableDcr
    ? 'Connext registers itself; there is no client id to type.'
    : 'Enter the client id you got from the operator.';
}

function claude(): SafeHtml {
  return html`<article>
    <h3>Claude on the web and desktop</h3>
    <p class="kind">OAuth, public https address</p>
    <p>Open <b>Settings</b>, <b>Connectors</b>, <b>Add custom connector</b>, then paste the endpoint and sign in.</p>
  </article>`;
}

function chatGpt({ endpoint }: Connection): SafeHtml {
  return html`<article>
    <h3>ChatGPT</h3>
    <p class="kind">OAuth, public https address</p>
    <ol>
      <li>In the settings for apps and connectors, turn on <b>Developer mode</b>.</li>
      <li>Create a connector with the URL <code>${endpoint}</code></li>
      <li>Choose <b>OAuth</b> as authentication and sign in.</li>
      <li>In a chat, select the connector from the tools menu.</li>
    </ol>
  </article>`;
}

function claudeCode({ config, slug, endpoint }: Connection): SafeHtml {
  return html`<article>
    <h3>Claude Code</h3>
    <p class="kind">${localKind(config)}</p>
    <p>In a terminal${needsSignIn(config) && html`, then sign in with <code>/mcp</code>`}:</p>
    ${snippet('claude-code', 'the Claude Code command', `claude mcp add --transport http ${slug} ${endpoint}`)}
  </article>`;
}

function vsCode({ config, slug, endpoint }: Connection): SafeHtml {
  const settings = { servers: { [slug]: { type: 'http', url: endpoint } } };
  return html`<article>
    <h3>VS Code</h3>
    <p class="kind">${localKind(config)}</p>
    <p>In <code>.vscode/mcp.json</code>, then press <b>Start</b> above the entry${needsSignIn(config) && ' and sign in'}:</p>
    ${snippet('vs-code', 'the VS Code configuration', JSON.stringify(settings, null, 2))}
  </article>`;
}

function cursor({ config, slug, endpoint }: Connection): SafeHtml {
  const settings = { mcpServers: { [slug]: { url: endpoint } } };
  return html`<article>
    <h3>Cursor</h3>
    <p class="kind">${localKind(config)}</p>
    <p>In <code>.cursor/mcp.json</code>${needsSignIn(config) && ', then sign in from the MCP page of the settings'}:</p>
    ${snippet('cursor', 'the Cursor configuration', JSON.stringify(settings, null, 2))}
  </article>`;
}

function inspector({ config }: Connection): SafeHtml {
  return html`<article>
    <h3>MCP Inspector</h3>
    <p class="kind">${localKind(config)}</p>
    <p>
      Start it, choose <b>Streamable HTTP</b>, enter the endpoint and connect.
      ${
        needsSignIn(config) &&
        html`With a service token, set the header <code>Authorization</code> to <code>Bearer</code>, a space and the
          token.`
      }
    </p>
    ${snippet('inspector', 'the Inspector command', 'npx @modelcontextprotocol/inspector')}
  </article>`;
}

function needsSignIn({ authMode }: Config): boolean {
  return authMode !== 'none';
}

function localKind(config: Config): string {
  return needsSignIn(config) ? 'OAuth or service token; works on this machine too' : 'No sign-in';
}

/** Renders text to paste, with a copy button. */
function snippet(id: string, what: string, text: string): SafeHtml {
  return html`<div class="snippet">
      <pre id="${id}"><code>${text}</code></pre>
      <button type="button" data-copy="${id}" aria-label="Copy ${what}" hidden>Copy</button>
    </div>`;
}
