/** Runs in the browser: an MCP Apps host for the card, built from the official parts and as strict as the standard. */
import { ProtocolError, type Tool } from '@modelcontextprotocol/client';
import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';
import { type CardSource, readCard } from './card-source.js';
import { argumentsIn, showForm } from './form.js';
import { hostCapabilities, hostContext, palette, readSettings, type Settings } from './settings.js';

/** The policy for resources that declare none (MCP Apps 2026-01-26, content security policy). */
const DEFAULT_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "media-src 'self' data:",
  "connect-src 'none'",
].join('; ');

/** Connext's error for a tool that its administrator did not mark as app-callable. */
const NOT_APP_CALLABLE = new ProtocolError(-32001, 'Tool is not app-callable.');

/** What happened, for people to read and for tests to wait for. */
export interface HostLog {
  events: { name: string; detail: unknown }[];
}

declare global {
  interface Window {
    hostLog: HostLog;
    /** Missing while no bridge is connected. */
    bridge?: AppBridge;
    setTheme: (theme: Settings['theme']) => void;
  }
}

window.hostLog = { events: [] };
const record = (name: string, detail: unknown = null) => {
  window.hostLog.events.push({ name, detail });
  const line = document.createElement('li');
  line.textContent = `${name} ${detail === null ? '' : JSON.stringify(detail)}`;
  document.getElementById('log')?.prepend(line);
};

/** Loads a document into a frame, with the policy and anything else the host adds to its head. */
function load(frame: HTMLIFrameElement, card: string, head = ''): Promise<unknown> {
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  const policy = `<meta http-equiv="Content-Security-Policy" content="${DEFAULT_POLICY}">`;
  frame.srcdoc = card.replace('<head>', () => `<head>${policy}${head}`);
  return loaded;
}

/** Shows the card as a host without a bridge does, with the host's colours inserted into the document. */
async function showEmbedded(
  frame: HTMLIFrameElement,
  { embedded }: CardSource,
  { theme, palette: name }: Settings,
): Promise<void> {
  if (embedded === undefined) throw new Error('The answer does not include a card');
  // Normally the system's theme would apply. The switch on the page takes its place.
  const card = embedded.replace('<html ', () => `<html data-theme="${theme}" `);
  const colours = Object.entries(palette(name)).map((entry) => entry.join(': '));
  const head = `<style>:root { ${colours.join('; ')} }</style>`;
  // Without a bridge nothing reports the height, so measure a copy without scripts.
  const copy = document.createElement('iframe');
  copy.setAttribute('sandbox', 'allow-same-origin');
  copy.style.cssText = `position: absolute; visibility: hidden; width: ${frame.clientWidth}px`;
  const measurable = load(copy, card.replace(/<script>.*<\/script>/s, ''), head);
  frame.after(copy);
  await measurable;
  const { height = 0 } = copy.contentDocument?.documentElement.getBoundingClientRect() ?? {};
  copy.remove();
  frame.height = String(Math.ceil(height));
  await load(frame, card, head);
}

/** Shows the card as a standard host does: loads the template and fills it in over the bridge. */
async function showTemplate(
  frame: HTMLIFrameElement,
  { client, args, result, template }: CardSource,
  settings: Settings,
): Promise<void> {
  const view = frame.contentWindow;
  if (view === null) throw new Error('No frame');
  window.addEventListener('message', ({ source, data }) => {
    if (source !== view || data?.method !== 'ui/initialize') return;
    record('initialize', data.params);
    const error = { code: -32000, message: 'No apps here' };
    if (settings.capabilities === 'closed') view.postMessage({ jsonrpc: '2.0', id: data.id, error }, '*');
  });
  const bridge = new AppBridge(
    client,
    { name: 'card-preview', version: '1.0.0' },
    hostCapabilities(settings.capabilities),
    { hostContext: hostContext(settings) },
  );
  const refusing = settings.capabilities === 'refusing';
  bridge.onsizechange = ({ height }) => {
    record('size', height);
    if (height !== undefined) frame.height = String(height);
  };
  bridge.onmessage = async ({ content }) => {
    record('message', content);
    return refusing ? { isError: true } : {};
  };
  bridge.oninitialized = async () => {
    record('initialized', bridge.getAppVersion() ?? null);
    await bridge.sendToolInput({ arguments: args });
    await bridge.sendToolResult(result);
    record('result sent');
  };
  if (settings.capabilities !== 'closed') {
    await bridge.connect(new PostMessageTransport(view, view));
    window.bridge = bridge;
  }
  if (refusing) bridge.oncalltool = () => Promise.reject(NOT_APP_CALLABLE);
  await load(frame, template);
}

async function main(): Promise<void> {
  const query = new URLSearchParams(location.search);
  const settings = readSettings(query);
  const frame = document.getElementById('card') as HTMLIFrameElement;
  frame.setAttribute('sandbox', settings.scripts === 'off' ? '' : 'allow-scripts');
  document.documentElement.dataset['theme'] = settings.theme;
  const request = {
    era: settings.era,
    card: settings.card,
    argumentsOf: (tool: Tool) => argumentsIn(query, tool),
  };
  const source = await readCard(request, () => record('waiting', 'the server is restarting'));
  record('called', { name: source.tool.name, arguments: source.args });
  frame.title = source.tool.title ?? source.tool.name;
  showForm(document.forms[0] as HTMLFormElement, source.tools, source.tool, query);
  const show = () =>
    settings.source === 'embedded'
      ? showEmbedded(frame, source, settings)
      : showTemplate(frame, source, settings);
  window.setTheme = (theme) => {
    settings.theme = theme;
    document.documentElement.dataset['theme'] = theme;
    if (settings.source === 'embedded') void show();
    else window.bridge?.setHostContext(hostContext(settings));
  };
  await show();
  record('loaded');
}

main().catch((error: unknown) => record('failed', String(error)));
