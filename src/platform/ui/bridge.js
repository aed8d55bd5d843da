// @ts-check
// A card's side of MCP Apps (revision 2026-01-26) over postMessage, by hand: the document travels inside every tool
// result, and the official client would make it thirty times as large. `npm run check` holds it to the official types.
/** @typedef {import('@modelcontextprotocol/ext-apps').McpUiHostContext} HostContext */
/** @typedef {import('@modelcontextprotocol/ext-apps').McpUiInitializeRequest} InitializeRequest */
/** @typedef {import('@modelcontextprotocol/ext-apps').McpUiInitializeResult} InitializeResult */
/** @typedef {import('@modelcontextprotocol/ext-apps').McpUiMessageRequest} MessageRequest */
/** @typedef {import('@modelcontextprotocol/client').CallToolResult} CallToolResult */
/** @typedef {import('@modelcontextprotocol/client').Implementation} Implementation */
/**
 * What a card does with what the host says. Everything is optional but the result.
 * @typedef {object} CardHandlers
 * @property {(args: any) => void} [onInput] the arguments, before there is a result
 * @property {(result: any) => void} onResult the `structuredContent` of the answer
 * @property {(reason: string) => void} onFailure the call failed, was cancelled, or the host refuses the card
 * @property {(can: { callTools: boolean, sendMessages: boolean }) => void} [onReady] what the host can do
 */
/**
 * Introduces the card to the host, takes on its theme, and keeps it informed of the height.
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

  // Half a palette could put light text on a light ground, so the colours of a family count once it has its pair.
  const families = [
    { prefix: '--color-', pair: ['--color-background-primary', '--color-text-primary'] },
    { prefix: '--mcp-color-', pair: ['--mcp-color-surface', '--mcp-color-text'] },
  ];
  // All that the host has said so far: an update may carry half a pair.
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
    // Hosts say what they can do; one that says nothing at all is simply tried.
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
  // Opened on its own there is nobody to talk to.
  if (host !== window)
    request('ui/initialize', introduction).then(begin, () =>
      onFailure('This application does not let the card in.'),
    );

  return {
    /**
     * Calls a tool of the server.
     *
     * @param {string} name @param {object} args
     * @returns {Promise<CallToolResult>} also when the tool failed: see `isError`
     * @throws {Error} when the host refuses, with its reason
     */
    callTool: (name, args) => request('tools/call', { name, arguments: args }),
    /**
     * Puts a message of the user into the chat.
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
