// @ts-check
// The card's side of MCP Apps (revision 2026-01-26) over postMessage. Written by hand, because the document is part of
// every tool result and the official client would make it thirty times as large. `npm run check` checks it against the
// official types.
/** @typedef {import('@modelcontextprotocol/ext-apps').McpUiHostContext} HostContext */
/** @typedef {import('@modelcontextprotocol/ext-apps').McpUiInitializeRequest} InitializeRequest */
/** @typedef {import('@modelcontextprotocol/ext-apps').McpUiInitializeResult} InitializeResult */
/** @typedef {import('@modelcontextprotocol/ext-apps').McpUiMessageRequest} MessageRequest */
/** @typedef {import('@modelcontextprotocol/client').CallToolResult} CallToolResult */
/** @typedef {import('@modelcontextprotocol/client').Implementation} Implementation */
/**
 * How a card reacts to the host. Only `onResult` and `onFailure` are required.
 * @typedef {object} CardHandlers
 * @property {(args: any) => void} [onInput] receives the arguments before the result arrives
 * @property {(result: any) => void} onResult receives the `structuredContent` of the answer
 * @property {(reason: string) => void} onFailure called when the tool failed or was cancelled, or the host refuses the card
 * @property {(can: { callTools: boolean, sendMessages: boolean }) => void} [onReady] receives what the host can do
 */
/**
 * Connects the card to the host, applies the host's theme, and reports changes of the height.
 *
 * @param {Implementation} appInfo
 * @param {CardHandlers} handlers
 */
// biome-ignore lint/correctness/noUnusedVariables: every card.js calls it
function connectToHost(appInfo, { onInput, onResult, onFailure, onReady }) {
  const ANSWER_TIMEOUT_MS = 15000;
  const host = window.parent;
  const root = document.documentElement;

  let nextId = 1;
  /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
  const waiting = new Map();
  // The host's origin is unknown, and nothing secret is sent.
  /** @param {object} message */
  const send = (message) => host.postMessage({ jsonrpc: '2.0', ...message }, '*');
  /** @param {string} method @param {object} [params] */
  const notify = (method, params = {}) => send({ method, params });
  /** @param {string} method @param {object} params @returns {Promise<any>} */
  const request = (method, params) =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      setTimeout(() => waiting.delete(id) && reject(new Error('the host did not answer')), ANSWER_TIMEOUT_MS);
      send({ id, method, params });
    });

  // Half a palette could put light text on a light ground, so a family's colours apply only once its pair is complete.
  const families = [
    { prefix: '--color-', pair: ['--color-background-primary', '--color-text-primary'] },
    { prefix: '--mcp-color-', pair: ['--mcp-color-surface', '--mcp-color-text'] },
  ];
  // Accumulates over updates, because one may carry only half a pair.
  /** @type {Record<string, string | undefined>} */
  const variables = {};

  /** @param {HostContext | undefined} context */
  const applyContext = (context) => {
    if (!context) return;
    if (context.theme) root.dataset.theme = context.theme;
    Object.assign(variables, context.styles?.variables);
    for (const [name, value] of Object.entries(variables)) {
      const family = families.find(({ prefix }) => name.startsWith(prefix));
      const usable = family === undefined || family.pair.every((member) => variables[member]);
      root.style.setProperty(name, (usable && value) || '');
    }
    const inset = context.safeAreaInsets;
    if (inset)
      document.body.style.padding = `${inset.top}px ${inset.right}px ${inset.bottom}px ${inset.left}px`;
  };

  let reported = 0;
  const reportSize = () => {
    // Not scrollHeight, which never shrinks.
    const height = Math.ceil(root.getBoundingClientRect().height);
    if (height === reported) return;
    reported = height;
    notify('ui/notifications/size-changed', { height });
  };

  /** @type {Record<string, (params: any) => void>} */
  const notifications = {
    'ui/notifications/tool-input': (params) => onInput?.(params?.arguments),
    'ui/notifications/tool-result': (params) =>
      params?.isError ? onFailure('The card could not be made.') : onResult(params?.structuredContent),
    'ui/notifications/tool-cancelled': () => onFailure('Cancelled.'),
    'ui/notifications/host-context-changed': applyContext,
  };

  window.addEventListener('message', ({ source, data }) => {
    if (source !== host || data?.jsonrpc !== '2.0') return;
    if (data.method === undefined) {
      const answered = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.error) answered?.reject(new Error(data.error.message || 'the host refused'));
      else answered?.resolve(data.result);
    } else if (data.id === undefined) {
      if (Object.hasOwn(notifications, data.method)) notifications[data.method](data.params);
    } else if (data.method === 'ping' || data.method === 'ui/resource-teardown') {
      send({ id: data.id, result: {} });
    } else {
      send({ id: data.id, error: { code: -32601, message: 'Method not found' } });
    }
  });

  /** @param {InitializeResult} result */
  const begin = ({ hostContext, hostCapabilities }) => {
    applyContext(hostContext);
    notify('ui/notifications/initialized');
    // Hosts announce what they can do. If a host announces nothing at all, assume it can do everything.
    const silent = Object.keys(hostCapabilities ?? {}).length === 0;
    onReady?.({
      callTools: silent || hostCapabilities.serverTools !== undefined,
      sendMessages: silent || hostCapabilities.message !== undefined,
    });
    new ResizeObserver(reportSize).observe(root);
    reportSize();
  };
  /** @type {InitializeRequest['params']} */
  const introduction = {
    appInfo,
    appCapabilities: { availableDisplayModes: ['inline'] },
    protocolVersion: '2026-01-26',
  };
  // A card opened on its own has no host to connect to.
  if (host !== window)
    request('ui/initialize', introduction).then(begin, () =>
      onFailure('This application does not let the card in.'),
    );

  return {
    /**
     * Calls a tool on the server.
     *
     * @param {string} name @param {object} args
     * @returns {Promise<CallToolResult>} even when the tool failed; check `isError`
     * @throws {Error} when the host refuses, with its reason
     */
    callTool: (name, args) => request('tools/call', { name, arguments: args }),
    /**
     * Sends a message to the chat on behalf of the user.
     *
     * @param {string} text
     * @throws {Error} when the host refuses
     */
    async sendMessage(text) {
      /** @type {MessageRequest['params']} */
      const params = { role: 'user', content: [{ type: 'text', text }] };
      const result = await request('ui/message', params);
      if (result?.isError) throw new Error('the host refused');
    },
  };
}
