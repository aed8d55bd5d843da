import type { CallToolResult } from '@modelcontextprotocol/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  definePrompt,
  defineResourceTemplate,
  defineTool,
  structured,
  toolError,
} from '../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../support/app/app.js';
import { post } from '../support/app/clients.js';
import { SERVICE_TOKEN } from '../support/app/port.js';
import { openStream } from '../support/app/sse.js';

const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };
const HALF = '\ud83d';
const REPLACED = '\ufffd';

/** What cutting a text in the middle of an emoji gives. */
const cut = (text: string) => `${text}😀`.slice(0, -1);

const echo = defineTool({
  ...described,
  name: 'echo',
  inputSchema: z.looseObject({ text: z.string() }),
  handler: async (args, { log, reportProgress }) => {
    log.info({ echoed: cut(args.text) }, cut('echo'));
    await reportProgress(1, 2, cut('half'));
    return structured({ ...args, cut: cut('x'), [cut('key')]: 1 });
  },
});
/** Says whether the handler itself was given whole texts. */
const inspecting = defineTool({
  ...described,
  name: 'inspecting',
  inputSchema: z.looseObject({}),
  handler: (args) =>
    String(
      Object.entries(args)
        .flat()
        .every((text) => String(text).isWellFormed()),
    ),
});
const failing = defineTool({
  ...described,
  name: 'failing',
  handler: () => {
    throw new Error(cut('secret'));
  },
});
const refusing = defineTool({ ...described, name: 'refusing', handler: () => toolError(cut('no')) });
const word = defineResourceTemplate({
  ...described,
  name: 'word',
  uriTemplate: 'notes://words/{word}',
  mimeType: 'text/plain',
  complete: { word: (typed) => [cut(typed)] },
  read: ({ word: text }) => cut(text),
});
const greet = definePrompt({
  ...described,
  name: 'greet',
  argsSchema: z.object({ who: z.string() }),
  get: ({ who }) => cut(who),
});

let app: TestApp;
beforeAll(async () => {
  app = await startApp(
    { tools: [echo, inspecting, failing, refusing], resources: [word], prompts: [greet] },
    { ENABLE_SSE: 'true' },
  );
});
afterAll(() => app.stop());

const requests: [string, object][] = [
  ['an argument', { method: 'tools/call', params: { name: 'echo', arguments: { text: HALF } } }],
  [
    'the name of an argument',
    { method: 'tools/call', params: { name: 'echo', arguments: { text: '', [HALF]: 1 } } },
  ],
  ['the name of a tool', { method: 'tools/call', params: { name: HALF } }],
  ['a URI', { method: 'resources/read', params: { uri: `notes://words/${HALF}` } }],
  ['an unknown URI', { method: 'resources/read', params: { uri: HALF } }],
  ['an argument of a prompt', { method: 'prompts/get', params: { name: 'greet', arguments: { who: HALF } } }],
  [
    'a completion',
    {
      method: 'completion/complete',
      params: { ref: { type: 'ref/resource', uri: word.uri }, argument: { name: 'word', value: HALF } },
    },
  ],
  ['an unknown method', { method: HALF }],
  ['a wrong argument', { method: 'tools/call', params: { name: 'echo', arguments: { text: [HALF] } } }],
  [
    'a progress token',
    {
      method: 'tools/call',
      params: { name: 'echo', arguments: { text: 'x' }, _meta: { progressToken: HALF } },
    },
  ],
  ['an error of a tool', { method: 'tools/call', params: { name: 'refusing' } }],
  ['a failure', { method: 'tools/call', params: { name: 'failing' } }],
];

/** An escape of half a pair. Parsers of other languages refuse the whole answer then. */
const ESCAPE = /(?<=[^\\](?:\\\\)*)\\ud[89a-f]/i;

describe.each(requests)('%s with half a surrogate pair', (_what, request) => {
  it('comes back whole over Streamable HTTP', async () => {
    const text = await (await post(app.mcpUrl, { jsonrpc: '2.0', id: HALF, ...request })).text();
    expect(text).not.toMatch(ESCAPE);
    expect(text).toContain(`"id":"${REPLACED}"`);
  });

  it('comes back whole over SSE', async () => {
    const stream = await openStream(app.url);
    await stream.send({
      id: 0,
      method: 'initialize',
      params: { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: HALF, version: '1' } },
    });
    await stream.send({ id: HALF, ...request });
    expect(await stream.read(`"id":"${REPLACED}"`)).not.toMatch(ESCAPE);
    stream.drop();
  });
});

it('the text of a structured answer is whole too, for clients that parse it', async () => {
  const params = { name: 'echo', arguments: { text: 'a😀b' } };
  const answer = await post(
    app.mcpUrl,
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params },
    { Accept: 'application/json' },
  );
  const { result } = (await answer.json()) as { result: CallToolResult };
  const [block] = result.content;
  const text = block?.type === 'text' ? block.text : '';
  expect(JSON.parse(text)).toEqual({
    text: 'a😀b',
    cut: `x${REPLACED}`,
    [`key${REPLACED}`]: 1,
  });
  expect(result.structuredContent).toEqual(JSON.parse(text));
});

it('an escape that is only written about stays as it is', async () => {
  const text = String.raw`\ud83d and \\ud83d`;
  const params = { name: 'echo', arguments: { text } };
  const answer = await post(
    app.mcpUrl,
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params },
    { Accept: 'application/json' },
  );
  expect(await answer.json()).toMatchObject({ result: { structuredContent: { text } } });
});

it('a handler gets whole texts and names', async () => {
  const params = { name: 'inspecting', arguments: { [HALF]: 'a', b: HALF } };
  const answer = await post(app.mcpUrl, { jsonrpc: '2.0', id: 1, method: 'tools/call', params });
  expect(await answer.text()).toContain('"text":"true"');
});

it('bytes that are no UTF-8 are replaced', async () => {
  const params = { name: 'echo', arguments: { text: 'BYTES' } };
  const json = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
  const [before = '', after = ''] = json.split('BYTES');
  const body = Buffer.concat([
    Buffer.from(before),
    Buffer.from([0xed, 0xa0, 0xbd, 0xff]),
    Buffer.from(after),
  ]);
  const answer = await fetch(app.mcpUrl, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json',
      Authorization: `Bearer ${SERVICE_TOKEN}`,
    },
    body,
  });
  expect(await answer.json()).toMatchObject({
    result: { structuredContent: { text: REPLACED.repeat(4) } },
  });
});

it('a client registers, and reads its name back', async () => {
  const metadata = { client_name: `Ap${HALF}p`, redirect_uris: ['http://localhost:1/cb'], [HALF]: HALF };
  const answer = await fetch(`${app.url}/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(metadata),
  });
  const text = await answer.text();
  expect([answer.status, text]).toEqual([201, expect.not.stringMatching(ESCAPE)]);
  expect(JSON.parse(text).client_name).toBe(`Ap${REPLACED}p`);
});

it('no line of the log has any', () => {
  expect(app.logs.map((line) => JSON.stringify(line)).filter((line) => ESCAPE.test(line))).toEqual([]);
  expect(app.logs.find(({ msg }) => msg === `echo${REPLACED}`)).toBeDefined();
});
