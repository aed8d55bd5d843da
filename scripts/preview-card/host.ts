/** Runs in the browser: a host for MCP Apps around the card, made of the official parts, as strict as the standard's default. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import {
  AppBridge,
  type McpUiHostCapabilities,
  type McpUiHostContext,
  PostMessageTransport,
} from '@modelcontextprotocol/ext-apps/app-bridge';

const CARD_URI = 'ui://acme/greeting-card';

/** What hosts apply when a resource asks for nothing (MCP Apps 2026-01-26, content security policy). */
const DEFAULT_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "media-src 'self' data:",
  "connect-src 'none'",
].join('; ');

const PALETTES: Record<string, Record<string, string>> = {
  none: {},
  standard: {
    '--color-background-primary': 'light-dark(#ffffff, #20232a)',
    '--color-text-primary': 'light-dark(#16181d, #f2f3f5)',
    '--color-border-primary': 'light-dark(#d5d8de, #474c57)',
  },
  connext: {
    '--mcp-color-surface': '#13233a',
    '--mcp-color-text': '#eaf1fb',
    '--mcp-color-border': '#33496b',
  },
};

/** What a page of this host can be asked for in its address. */
interface Settings {
  message: string | null;
  theme: 'light' | 'dark';
  palette: string;
  /** `all`, `none` (the host refuses everything) or `silent` (it says nothing of what it can do). */
  capabilities: string;
  /** `template` is filled in over the bridge; `embedded` is the document of the tool result, without a bridge. */
  source: string;
  /** `off` runs no script in the frame. */
  scripts: string;
  era: string;
}

/** What happened, for a person to read and for a test to wait for. */
export interface HostLog {
  events: { name: string; detail: unknown }[];
}

declare global {
  interface Window {
    hostLog: HostLog;
    setTheme: (theme: 'light' | 'dark') => void;
    tearDown: () => Promise<unknown>;
    sendResult: (message: string) => Promise<void>;
  }
}

window.hostLog = { events: [] };
const record = (name: string, detail: unknown = null) => {
  window.hostLog.events.push({ name, detail });
  const line = document.createElement('li');
  line.textContent = `${name} ${detail === null ? '' : JSON.stringify(detail)}`;
  document.getElementById('log')?.prepend(line);
};

function readSettings(): Settings {
  const query = new URLSearchParams(location.search);
  return {
    message: query.get('message'),
    theme: query.get('theme') === 'dark' ? 'dark' : 'light',
    palette: query.get('palette') ?? 'standard',
    capabilities: query.get('capabilities') ?? 'all',
    source: query.get('source') ?? 'template',
    scripts: query.get('scripts') ?? 'on',
    era: query.get('era') ?? '2026-07-28',
  };
}

async function connect(era: string): Promise<Client> {
  const { mcpUrl, token } = (await (await fetch('config.json')).json()) as { mcpUrl: string; token: string };
  const mode = era === 'legacy' ? ('legacy' as const) : { pin: era };
  const client = new Client({ name: 'card-preview', version: '1.0.0' }, { versionNegotiation: { mode } });
  const headers = { Authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), { requestInit: { headers } }));
  return client;
}

function hostCapabilities(name: string): McpUiHostCapabilities {
  return name === 'all'
    ? { serverTools: {}, message: {}, openLinks: {} }
    : name === 'none'
      ? { openLinks: {} }
      : {};
}

function hostContext({ theme, palette }: Pick<Settings, 'theme' | 'palette'>): McpUiHostContext {
  return {
    theme,
    styles: { variables: PALETTES[palette] ?? {} },
    displayMode: 'inline',
    locale: 'en',
  } as McpUiHostContext;
}

function load(frame: HTMLIFrameElement, document_: string): void {
  frame.srcdoc = document_.replace(
    '<head>',
    () => `<head><meta http-equiv="Content-Security-Policy" content="${DEFAULT_POLICY}">`,
  );
}

async function main(): Promise<void> {
  const settings = readSettings();
  document.documentElement.dataset['theme'] = settings.theme;
  const frame = document.getElementById('card') as HTMLIFrameElement;
  frame.setAttribute('sandbox', settings.scripts === 'off' ? '' : 'allow-scripts');
  const client = await connect(settings.era);
  const args = settings.message === null ? {} : { message: settings.message };
  const result = await client.callTool({ name: 'greeting_card', arguments: args });

  if (settings.source === 'embedded') {
    const block = result.content.find(({ type }) => type === 'resource');
    if (block?.type !== 'resource' || !('text' in block.resource)) throw new Error('No embedded card');
    frame.addEventListener('load', () => record('loaded'), { once: true });
    load(frame, block.resource.text);
    frame.height = '220';
    return;
  }

  const { contents } = await client.readResource({ uri: CARD_URI });
  const [template] = contents;
  if (template === undefined || !('text' in template)) throw new Error('No template');
  const bridge = new AppBridge(
    client,
    { name: 'card-preview', version: '1.0.0' },
    hostCapabilities(settings.capabilities),
    {
      hostContext: hostContext(settings),
    },
  );
  bridge.onsizechange = ({ height }) => {
    record('size', height);
    if (height !== undefined) frame.height = String(height);
  };
  bridge.onmessage = async ({ content }) => {
    record('message', content);
    return settings.capabilities === 'none' ? { isError: true } : {};
  };
  bridge.oninitialized = async () => {
    record('initialized', bridge.getAppVersion() ?? null);
    await bridge.sendToolInput({ arguments: args });
    await bridge.sendToolResult(result);
    record('result sent');
  };
  window.setTheme = (theme) => {
    document.documentElement.dataset['theme'] = theme;
    bridge.setHostContext(hostContext({ ...settings, theme }));
  };
  window.tearDown = () => bridge.teardownResource({});
  window.sendResult = (message) =>
    bridge.sendToolResult({ content: [], structuredContent: { username: 'Alice', message } });
  if (frame.contentWindow === null) throw new Error('No frame');
  await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
  load(frame, template.text);
}

main().catch((error: unknown) => record('failed', String(error)));
