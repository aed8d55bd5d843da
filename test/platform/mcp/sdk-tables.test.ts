import { McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  definePrompt,
  defineResource,
  defineResourceTemplate,
  defineTool,
} from '../../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { askSdkAlone } from '../../support/app/sdk-alone.js';
import { askEveryWay } from '../../support/app/ways.js';

const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };
const text = { mimeType: 'text/plain', read: () => '' };
const INHERITED = ['toString', '__proto__', 'constructor', 'hasOwnProperty', 'valueOf', '__defineGetter__'];
const NOTHING = { result: { completion: { values: [], hasMore: false } } };

let app: TestApp;
let bare: TestApp;
beforeAll(async () => {
  app = await startApp({
    tools: [
      defineTool({
        ...described,
        name: 'echo',
        inputSchema: z.looseObject({}),
        handler: (args) => Object.keys(args).join(),
      }),
    ],
    resources: [
      defineResource({ ...described, name: 'fixed', uri: 'x://fixed', ...text }),
      defineResourceTemplate({
        ...described,
        name: 'some',
        uriTemplate: 'x://some/{id}',
        complete: { id: () => ['a'] },
        ...text,
      }),
      defineResourceTemplate({ ...described, name: 'silent', uriTemplate: 'x://silent/{id}', ...text }),
    ],
    prompts: [
      definePrompt({ ...described, name: 'plain', get: () => '' }),
      definePrompt({
        ...described,
        name: 'silent',
        argsSchema: z.object({ a: z.string().optional() }),
        get: () => '',
      }),
      definePrompt({
        ...described,
        name: 'asks',
        argsSchema: z.object({ a: z.string().optional() }),
        complete: { a: () => ['b'] },
        get: () => '',
      }),
    ],
  });
  bare = await startApp({ tools: [defineTool({ ...described, name: 'only', handler: () => '' })] });
});
afterAll(async () => {
  await app.stop();
  await bare.stop();
});

const complete = (ref: object, argument = 'a') => ({ ref, argument: { name: argument, value: '' } });
const prompt = (name: string) => ({ type: 'ref/prompt', name });
const resource = (uri: string) => ({ type: 'ref/resource', uri });

describe('a name that every object inherits is unknown like any other:', () => {
  it.each(INHERITED)('%s', async (name) => {
    const likeAnyOther = async (method: string, paramsOf: (name: string) => object) => {
      const answer = await askEveryWay(app, method, paramsOf(name));
      const other = await askEveryWay(app, method, paramsOf('nobody'));
      expect(JSON.parse(JSON.stringify(answer).replaceAll(name, 'nobody'))).toEqual(other);
    };
    await likeAnyOther('tools/call', (tool) => ({ name: tool, arguments: {} }));
    await likeAnyOther('prompts/get', (each) => ({ name: each }));
    await likeAnyOther('resources/read', (uri) => ({ uri }));
    await likeAnyOther('completion/complete', (each) => complete(prompt(each)));
    await likeAnyOther('completion/complete', (each) => complete(resource(each)));
    await likeAnyOther('completion/complete', (each) => complete(prompt('asks'), each));
    await likeAnyOther('completion/complete', (each) => complete(resource('x://some/{id}'), each));
    await likeAnyOther('logging/setLevel', (level) => ({ level }));
    expect((await askEveryWay(app, name)).error).toEqual((await askEveryWay(app, 'nobody')).error);
  });

  it('an argument called __proto__ changes nothing else', async () => {
    const params = JSON.parse('{"name":"echo","arguments":{"__proto__":{"polluted":true},"a":1}}');
    await askEveryWay(app, 'tools/call', params);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('unless somebody has defined it', async () => {
    const handler = () => 'defined';
    const own = await startApp({
      tools: INHERITED.map((name) => defineTool({ ...described, name, handler })),
    });
    for (const name of INHERITED) {
      const { result } = await askEveryWay(own, 'tools/call', { name });
      expect(result).toMatchObject({ content: [{ text: 'defined' }] });
    }
    await own.stop();
  });
});

describe('a completion', () => {
  it.each([
    ['a prompt without arguments', prompt('plain')],
    ['a prompt that completes none of its arguments', prompt('silent')],
    ['an argument that does not exist', prompt('asks'), 'other'],
    ['a template without completions', resource('x://silent/{id}')],
    ['a resource without variables', resource('x://fixed')],
  ])('of %s is empty', async (_what, ref, argument?: string) => {
    expect(await askEveryWay(app, 'completion/complete', complete(ref, argument))).toEqual(NOTHING);
  });

  it('of what has completions is theirs', async () => {
    const values = async (ref: object, argument: string) =>
      (await askEveryWay(app, 'completion/complete', complete(ref, argument))).result?.['completion'];
    expect(await values(prompt('asks'), 'a')).toMatchObject({ values: ['b'] });
    expect(await values(resource('x://some/{id}'), 'id')).toMatchObject({ values: ['a'] });
  });

  it('of what does not exist is refused, also by a server that has nothing to complete', async () => {
    for (const [each, ref] of [app, bare].flatMap(
      (each) =>
        [
          [each, prompt('nobody')],
          [each, resource('x://nobody')],
        ] as const,
    )) {
      const { error } = await askEveryWay(each, 'completion/complete', complete(ref));
      expect(error).toMatchObject({ code: -32602, message: expect.stringContaining('nobody') });
    }
  });

  it('leaves no trace in what the server lists', async () => {
    expect(await askEveryWay(bare, 'resources/templates/list')).toEqual({
      result: { resourceTemplates: [] },
    });
  });
});

describe('the SDK alone, so that we know when its faults are gone,', () => {
  it('keeps its tables in plain objects', () => {
    const { _registeredTools: tools } = new McpServer({ name: 's', version: '1' }) as unknown as Record<
      string,
      object
    >;
    expect(Object.getPrototypeOf(tools)).toBe(Object.prototype);
  });

  it('calls what a completion inherits', async () => {
    const register = (server: McpServer) => {
      const template = new ResourceTemplate('r:{x}', { list: undefined, complete: { x: () => [] } });
      server.registerResource('r', template, {}, () => ({ contents: [] }));
    };
    const ref = { type: 'ref/resource', uri: 'r:{x}' };
    const params = { ref, argument: { name: 'toString', value: '' } };
    expect(await askSdkAlone(register, 'completion/complete', params)).toMatchObject({
      error: { code: -32603 },
    });
  });

  it('does not answer completions by advertising them', () => {
    const { server } = new McpServer(
      { name: 's', version: '1' },
      { capabilities: { completions: {}, prompts: {} } },
    );
    expect(() => server.assertCanSetRequestHandler('completion/complete')).not.toThrow();
    expect(() => server.assertCanSetRequestHandler('prompts/get')).toThrow();
  });
});
