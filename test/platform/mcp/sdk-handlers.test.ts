import { McpServer, ProtocolError } from '@modelcontextprotocol/server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  definePrompt,
  defineResource,
  defineResourceTemplate,
  defineTool,
} from '../../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { type Answer, askEveryWay, WAYS } from '../../support/app/ways.js';

const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };
const fail = (): never => {
  throw new Error('db.internal:5432 is away');
};
const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;
const deep = JSON.parse('['.repeat(5000) + ']'.repeat(5000));

let app: TestApp;
beforeAll(async () => {
  app = await startApp({
    tools: [
      defineTool({
        ...described,
        name: 'adds',
        inputSchema: z.object({ a: z.number() }),
        handler: () => 'ok',
      }),
      defineTool({
        ...described,
        name: 'deep',
        handler: () => ({ content: [], structuredContent: { deep } }),
      }),
      defineTool({
        ...described,
        name: 'cyclic',
        handler: () => ({ content: [], structuredContent: cyclic }),
      }),
      defineTool({ ...described, name: 'malformed', handler: () => ({ content: [{ type: 'x' }] }) as never }),
    ],
    resources: [
      defineResource({ ...described, name: 'fails', uri: 'x://fails', mimeType: 'text/plain', read: fail }),
      defineResourceTemplate({
        ...described,
        name: 'list',
        uriTemplate: 'x://list/{id}',
        mimeType: 'text/plain',
        complete: { id: fail },
        read: () => '',
      }),
    ],
    prompts: [
      definePrompt({
        ...described,
        name: 'says',
        argsSchema: z.object({ a: z.string() }),
        get: ({ a }) => a,
      }),
      definePrompt({ ...described, name: 'fails', get: fail }),
      definePrompt({ ...described, name: 'deep', get: () => ({ messages: [], deep }) as never }),
      definePrompt({ ...described, name: 'empty', get: () => undefined as never }),
    ],
    attach(server) {
      server.registerResource('attached', 'x://attached', {}, fail);
      server.registerPrompt('attached', {}, fail);
      server.server.setRequestHandler('x/odd', { params: z.object({}) }, () => ({ resultType: 'odd' }));
      server.server.setRequestHandler('x/own', { params: z.object({ a: z.number() }) }, ({ a }) => {
        if (a === 1) throw new ProtocolError(-32050, 'Not today');
        return fail();
      });
    },
  });
});
afterAll(() => app.stop());
beforeEach(() => void app.logs.splice(0));

const errors = () => app.logs.filter(({ level }) => Number(level) >= 50);

describe.each(WAYS)('%s, bad params are refused with -32602 and the name of what is wrong', (way, ask) => {
  const isModern = way.includes('2026');
  it.each<[string, unknown, RegExp]>([
    ['tools/call', undefined, isModern ? /name/ : /params/],
    ['tools/call', [], /params/],
    ['tools/call', 'x', /params/],
    ['tools/call', 5, /params/],
    ['tools/call', true, /params/],
    ['tools/call', {}, /name/],
    ['tools/call', { name: 5 }, /name/],
    ['tools/call', { name: 'adds', arguments: [] }, /arguments/],
    ['tools/call', { name: 'adds', arguments: 'a=1' }, /arguments/],
    ['tools/call', { name: 'nothing' }, /nothing/],
    ['tools/list', { cursor: 5 }, /cursor/],
    ['resources/list', { cursor: [] }, /cursor/],
    ['resources/read', {}, /uri/],
    ['resources/read', { uri: 5 }, /uri/],
    ['resources/read', { uri: 'not a URI' }, /URI/],
    ['resources/templates/list', { cursor: true }, /cursor/],
    ['prompts/list', { cursor: {} }, /cursor/],
    ['prompts/get', {}, /name/],
    ['prompts/get', { name: 'says', arguments: { a: 5 } }, /arguments\.a/],
    ['prompts/get', { name: 'says', arguments: [] }, /arguments/],
    ['prompts/get', { name: 'says' }, /\ba: /],
    ['completion/complete', {}, /argument/],
    ['completion/complete', { ref: 'x', argument: { name: 'a', value: 'b' } }, /ref/],
    ['completion/complete', { ref: { type: 'x' }, argument: { name: 'a', value: 'b' } }, /ref/],
    [
      'completion/complete',
      { ref: { type: 'ref/prompt', name: 'says' }, argument: { name: 'a' } },
      /argument\.value/,
    ],
    ['x/own', { a: 'b' }, /\ba: /],
  ])('%s with %j', async (method, params, named) => {
    const { error } = await ask(app, method, params);
    expect(error).toMatchObject({ code: -32602, message: expect.stringMatching(named) });
    expect(error?.message).not.toMatch(/[\n\r{]|"code"/);
    expect(errors()).toEqual([]);
  });

  it.each(
    isModern
      ? [['subscriptions/listen', { notifications: 5 }]]
      : [
          ['initialize', {}],
          ['initialize', { protocolVersion: 5 }],
        ],
  )('%s with %j, which only this era has', async (method, params) => {
    const { error } = await ask(app, method, params);
    expect(error).toMatchObject({
      code: -32602,
      message: expect.stringMatching(/notifications|protocolVersion/),
    });
  });

  it.each([[{ _meta: 5 }], [{ _meta: { progressToken: {} } }], [{ _meta: { progressToken: 1.5 } }]])(
    'tools/list with %j',
    async (params) => {
      if (isModern && params._meta === 5) return;
      const { error } = await ask(app, 'tools/list', params);
      expect(error).toMatchObject({ code: -32602, message: expect.stringContaining('_meta') });
    },
  );
});

describe.each(WAYS)(
  '%s, a failure is masked, and logged once with its cause and the request',
  (_way, ask) => {
    const complete = {
      ref: { type: 'ref/resource', uri: 'x://list/{id}' },
      argument: { name: 'id', value: '' },
    };
    it.each<[string, unknown]>([
      ['resources/read', { uri: 'x://fails' }],
      ['prompts/get', { name: 'fails' }],
      ['completion/complete', complete],
      ['resources/read', { uri: 'x://attached' }],
      ['prompts/get', { name: 'attached' }],
      ['x/own', { a: 2 }],
    ])('%s %j', async (method, params) => {
      const { error } = await ask(app, method, params);
      expect(error).toMatchObject({ code: -32603, message: expect.stringContaining('reference') });
      expect(error?.message).not.toContain('internal');
      expect(errors()).toMatchObject([
        { requestId: expect.any(String), err: { stack: expect.stringMatching(/db\.internal.*\n +at /s) } },
      ]);
    });

    it('an answer that is nested too deeply', async () => {
      const { error } = await ask(app, 'prompts/get', { name: 'deep' });
      expect(error).toMatchObject({ code: -32603, message: expect.stringContaining('reference') });
      expect(errors()).toMatchObject([{ err: { message: expect.stringContaining('levels') } }]);
    });

    it('a handler that returns nothing', async () => {
      const { error } = await ask(app, 'prompts/get', { name: 'empty' });
      expect(error).toMatchObject({ code: -32603, message: expect.stringContaining('reference') });
      expect(errors()).toMatchObject([{ err: { message: 'The handler did not return a result' } }]);
    });

    it.each(['deep', 'cyclic'])('the answer of a tool that is %s', async (name) => {
      const { result } = await ask(app, 'tools/call', { name });
      expect(result).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining('reference') }],
      });
      expect(errors()).toMatchObject([{ tool: name, err: { message: expect.stringContaining('levels') } }]);
    });

    it('the answer of a tool that is no answer', async () => {
      const { error } = await ask(app, 'tools/call', { name: 'malformed' });
      expect(error).toMatchObject({ code: -32603, message: expect.stringContaining('reference') });
      expect(errors()).toMatchObject([
        { rpcMethod: 'tools/call', err: { message: expect.stringContaining('content') } },
      ]);
    });
  },
);

it('an answer that 2026-07-28 does not allow is logged, too', async () => {
  const [, [, ask]] = WAYS as [unknown, (typeof WAYS)[number]];
  expect((await ask(app, 'x/odd')).error).toMatchObject({ code: -32603 });
  expect(errors()).toMatchObject([{ err: { message: expect.stringContaining('resultType') } }]);
});

it('an error with a code of its own reaches the client as it is', async () => {
  expect(await askEveryWay(app, 'x/own', { a: 1 })).toEqual({
    error: { code: -32050, message: 'Not today' },
  });
  expect(errors()).toEqual([]);
});

describe('the SDK alone, so that we know when its faults are gone,', () => {
  /** Lets a server without our work-arounds answer one request. */
  async function ask(method: string, params: unknown): Promise<Answer> {
    const server = new McpServer({ name: 's', version: '1' });
    server.registerPrompt('says', {}, () => ({ messages: [] }));
    server.registerPrompt('fails', {}, fail);
    return new Promise((resolve) => {
      const transport = {
        start: async () => {},
        close: async () => {},
        send: async (answer: unknown) => resolve(answer as Answer),
        onmessage: undefined as ((message: unknown) => void) | undefined,
      };
      void server
        .connect(transport as never)
        .then(() => transport.onmessage?.({ jsonrpc: '2.0', id: 1, method, params }));
    });
  }

  it('answers bad params with -32603 and the output of zod', async () => {
    const { error } = await ask('prompts/get', { name: 5 });
    expect(error).toMatchObject({ code: -32603, message: expect.stringMatching(/^\[\n/) });
  });

  it('sends what a handler throws to the client', async () => {
    expect((await ask('prompts/get', { name: 'fails' })).error).toMatchObject({
      code: -32603,
      message: expect.stringContaining('db.internal'),
    });
  });
});
