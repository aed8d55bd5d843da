import type { McpUiHostCapabilities, McpUiHostContext } from '@modelcontextprotocol/ext-apps/app-bridge';

/** What a page of the host can be asked for in its address. */
export interface Settings {
  /** The name of a tool with a card. */
  card: string | null;
  theme: 'light' | 'dark';
  palette: string;
  /**
   * `all`, `none` (the host offers nothing), `silent` (it does not say what it can do), `refusing` (it offers everything
   * and then refuses) or `closed` (it refuses the card itself).
   */
  capabilities: string;
  /** `template` is filled in over the bridge; `embedded` is the document of the tool result, without a bridge. */
  source: string;
  /** `off` runs no script in the frame. */
  scripts: string;
  /** The revision of MCP towards the server, or `legacy` for the 2025 era. */
  era: string;
}

/** The settings in the query of an address; what is missing has a default. */
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
  // A ground of the standard without its text, beside a pair that is complete.
  half: { '--color-background-primary': '#ffffff', ...CONNEXT },
};

/** The style variables of a palette, by name. */
export function palette(name: string): Record<string, string> {
  return PALETTES[name] ?? {};
}

/** What the host tells the card about itself. */
export function hostContext(settings: Pick<Settings, 'theme' | 'palette'>): McpUiHostContext {
  return {
    theme: settings.theme,
    styles: { variables: palette(settings.palette) },
    displayMode: 'inline',
    locale: 'en',
  } as McpUiHostContext;
}

/** What the host says it can do. */
export function hostCapabilities(name: string): McpUiHostCapabilities {
  if (name === 'none') return { openLinks: {} };
  return name === 'silent' ? {} : { serverTools: {}, message: {}, openLinks: {} };
}
