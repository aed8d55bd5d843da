// @ts-check
// The card's side of MCP Apps (revision 2026-01-26) over postMessage, by hand: the document travels inside every tool
// result, and the official client would make it thirty times as large. `npm run check` holds it to the official types.
/** @typedef {import('@modelcontextprotocol/ext-apps').McpUiHostContext} HostContext */
/** @typedef {import('@modelcontextprotocol/ext-apps').McpUiInitializeRequest} InitializeRequest */
/** @typedef {import('@modelcontextprotocol/ext-apps').McpUiInitializeResult} InitializeResult */
/** @typedef {import('@modelcontextprotocol/ext-apps').McpUiMessageRequest} MessageRequest */
(() => {
  const ANSWER_TIMEOUT_MS = 15000;
  const host = window.parent;
  const root = document.documentElement;

  /** @param {string} id */
  const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const [card, actions, roll, thanks] = ['card', 'actions', 'roll', 'thanks'].map(element);
  /** @param {string} text */
  const tell = (text) => {
    element('status').textContent = text;
  };

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

  // Text enters the page through textContent only.
  /** @param {any} data @param {boolean} complete */
  const show = (data, complete) => {
    if (typeof data?.username === 'string') element('name').textContent = data.username;
    if (typeof data?.message === 'string') element('message').textContent = data.message;
    if (!complete) return;
    card.dataset.state = 'ready';
    tell('');
  };
  // In the place of the message, so that nothing on the card says otherwise.
  /** @param {string} reason */
  const fail = (reason) => {
    card.dataset.state = 'failed';
    element('message').textContent = reason;
    tell('');
  };

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
    'ui/notifications/tool-input': (params) => show(params?.arguments, false),
    'ui/notifications/tool-result': (params) =>
      params?.isError ? fail('The card could not be made.') : show(params?.structuredContent, true),
    'ui/notifications/tool-cancelled': () => fail('Cancelled.'),
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

  /** @param {HTMLElement} button @param {() => Promise<void>} action @param {string} failure */
  const onClick = (button, action, failure) => {
    button.addEventListener('click', async () => {
      button.setAttribute('disabled', '');
      try {
        await action();
      } catch (error) {
        tell(`${failure}: ${error instanceof Error ? error.message : error}`.replace(/\.?$/, '.'));
      }
      button.removeAttribute('disabled');
    });
  };

  const rollDice = async () => {
    const result = await request('tools/call', { name: 'roll_dice', arguments: { sides: 6 } });
    const rolled = result?.structuredContent?.result;
    if (result?.isError || !Number.isInteger(rolled)) throw new Error('the dice got lost');
    card.dataset.design = String(rolled);
    tell(`You rolled a ${rolled}.`);
  };

  const sayThanks = async () => {
    /** @type {MessageRequest['params']} */
    const params = { role: 'user', content: [{ type: 'text', text: 'Thanks for the greeting card!' }] };
    const result = await request('ui/message', params);
    if (result?.isError) throw new Error('the host refused');
    tell('Sent.');
  };

  onClick(roll, rollDice, 'Could not roll');
  onClick(thanks, sayThanks, 'Could not send');

  // Opened on its own there is nobody to talk to.
  if (host === window) return;

  /** @param {InitializeResult} result */
  const begin = ({ hostContext, hostCapabilities }) => {
    applyContext(hostContext);
    notify('ui/notifications/initialized');
    // Hosts say what they can do; one that says nothing at all is simply tried.
    const silent = Object.keys(hostCapabilities ?? {}).length === 0;
    roll.hidden = !(silent || hostCapabilities.serverTools);
    thanks.hidden = !(silent || hostCapabilities.message);
    actions.hidden = roll.hidden && thanks.hidden;
    new ResizeObserver(reportSize).observe(root);
    reportSize();
  };
  /** @type {InitializeRequest['params']} */
  const introduction = {
    appInfo: { name: 'greeting-card', version: '1.0.0' },
    appCapabilities: { availableDisplayModes: ['inline'] },
    protocolVersion: '2026-01-26',
  };
  // Without an answer the text that the server put into the page stands; a template has none.
  request('ui/initialize', introduction).then(begin, () => {
    if (card.dataset.state === 'loading') fail('This application does not let the card in.');
  });
})();
