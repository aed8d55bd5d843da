import type { ServerContent } from '../../mcp/content.js';
import { html, type SafeHtml } from '../html.js';

/** The longest default value the table shows, in characters. */
const MAX_DEFAULT_LENGTH = 20;

/** Renders the tools with their arguments, taken from their JSON Schemas. */
export function toolTable({ tools }: ServerContent<never>): SafeHtml {
  return html`<table>
    <thead>
      <tr><th scope="col">Tool</th><th scope="col">Arguments</th><th scope="col">Answer</th><th scope="col">Scope</th></tr>
    </thead>
    <tbody>
      ${tools.map(
        ({ name, title, description, inputSchema, defaults, scopes }) => html`<tr>
        <th scope="row"><code>${name}</code></th>
        <td>${argumentList(inputSchema, defaults)}</td>
        <td><b>${title}</b><br>${description}</td>
        <td>${separated(scopes.map((scope) => html`<code>${scope}</code>`))}</td>
      </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Renders what each scope allows, and which ones clients request only when needed. */
export function scopeList({ scopes }: ServerContent<never>): SafeHtml {
  return namedList(
    scopes.map(({ name, description, default: isDefault }) => ({
      id: name,
      description: isDefault ? description : `${description} (only when a tool needs it)`,
    })),
  );
}

/** Renders names with their descriptions. */
export function namedList(entries: { id: string; description: string }[]): SafeHtml {
  return html`<dl class="terms">${entries.map(
    ({ id, description }) => html`<div><dt><code>${id}</code></dt><dd>${description}</dd></div>`,
  )}</dl>`;
}

/** The parts of a JSON Schema that the table shows. */
interface ObjectSchema {
  properties?: Record<string, unknown>;
  required?: string[];
}

function argumentList(
  { properties = {}, required = [] }: ObjectSchema,
  defaults: Record<string, unknown>,
): SafeHtml {
  const names = Object.keys(properties).map((name) => {
    const shown = JSON.stringify(defaults[name])?.replace(/^"|"$/g, '');
    const hint = shown !== undefined && shown.length <= MAX_DEFAULT_LENGTH ? shown : 'optional';
    return html`<code>${name}</code>${!required.includes(name) && ` (${hint})`}`;
  });
  return names.length > 0 ? separated(names) : html`none`;
}

function separated(parts: SafeHtml[]): SafeHtml {
  return html`${parts.map((part, index) => (index === 0 ? part : html`, ${part}`))}`;
}
