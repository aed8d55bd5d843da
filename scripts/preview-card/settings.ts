import type { McpUiHostCapabilities, McpUiHostContext } from '@modelcontextprotocol/ext-apps/app-bridge';

/** The settings that the page's query can contain. */
export interface Settings {
  /** The name of a tool with a card. */
  card: string | null;
  theme: 'light' | 'dark';
  palette: string;
  /**
   * `all`, `none` (the host offers nothing), `silent` (it announces no capabilities), `refusing` (it offers everything
   * but refuses every request) or `closed` (it refuses the card itself).
   */
  capabilities: string;
  /** `template` is filled in over the bridge; `embedded` is the document of the tool result, without a bridge. */
  source: string;
  /** `off` runs no script in the frame. */
  scripts: string;
  /** The MCP revision to use with the server, or `legacy` for the 2025 era. */
  era: string;
}

/** Reads the settings from a query. Missing ones get a default. */
export function readSettings(query: URLSearchParams): Settings {
  return {
    card: query.get('card') || null,
    theme: query.get('theme') === 'dark' ? 'dark' : 'light',
    palette: query.get('palette') ?? 'standard',
    capabilities: query.get('capabilities') ?? 'all',
    source: query.get('source') ?? 'template',
    scripts: query.get('scripts') ?? 'on',
    era: query.get('era') ?? '2026-07-28',
  };
}

const CONNEXT = {
  '--mcp-color-surface': '#13233a',
  '--mcp-color-text': '#eaf1fb',
  '--mcp-color-border': '#33496b',
};

const PALETTES: Record<string, Record<string, string>> = {
  none: {},
  standard: {
    '--color-background-primary': 'light-dark(#ffffff, #20232a)',
    '--color-text-primary': 'light-dark(#16181d, #f2f3f5)',
    '--color-border-primary': 'light-dark(#d5d8de, #474c57)',
  },
  connext: CONNEXT,
  // A standard background colour without its text colour, next to a complete pair.
  half: { '--color-background-primary': '#ffffff', ...CONNEXT },
};

/** Returns the style variables of a palette. */
export function palette(name: string): Record<string, string> {
  return PALETTES[name] ?? {};
}

/** Returns what the host tells the card about itself. */
export function hostContext(settings: Pick<Settings, 'theme' | 'palette'>): McpUiHostContext {
  return {
    theme: settings.theme,
    styles: { variables: palette(settings.palette) },
    displayMode: 'inline',
    locale: 'en',
  } as McpUiHostContext;
}

/** Returns the capabilities the host announces. */
export function hostCapabilities(name: string): McpUiHostCapabilities {
  if (name === 'none') return { openLinks: {} };
  return name === 'silent' ? {} : { serverTools: {}, message: {}, openLinks: {} };
}
