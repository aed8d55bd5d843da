import { memorySkillFiles, SkillsExtension } from '@modelcontextprotocol/server/ext/skills';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Caller } from '../../../src/platform/caller.js';
import { createLogger } from '../../../src/platform/logger.js';
import {
  type Attach,
  assertContent,
  createMcpServer,
  type ServerContent,
} from '../../../src/platform/mcp/content.js';
import type { ServerScope } from '../../../src/platform/mcp/context.js';
import {
  definePrompt,
  defineResource,
  defineResourceTemplate,
  defineTool,
} from '../../../src/platform/mcp/define.js';
import { startApp, testContent } from '../../support/app/app.js';
import { connectLegacy, connectModern, post } from '../../support/app/clients.js';

const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };
const watched = <Definition extends { register: (...args: never[]) => void }>(definition: Definition) => ({
  ...definition,
  register: vi.fn(),
});
const caller: Caller = { kind: 'user', id: 'u', name: 'U', scopes: ['notes:read'], clientId: 'c' };
const log = createLogger({ logLevel: 'silent', logPretty: false });
const serverScope = { stateKey: Buffer.alloc(32) } as ServerScope;

function setUp() {
  const tools = ['a', 'b', 'c'].map((name) => watched(defineTool({ ...described, name, handler: () => '' })));
  const resources = ['x://a', 'x://b'].map((uri) =>
    watched(defineResource({ ...described, name: uri, uri, mimeType: 'text/plain', read: () => '' })),
  );
  const prompts = ['p', 'q'].map((name) => watched(definePrompt({ ...described, name, get: () => '' })));
  const registered = () =>
    [...tools, ...resources, ...prompts].filter(({ register }) => register.mock.calls.length > 0);
  return { content: testContent({ tools, resources, prompts }), registered };
}

describe('the server of one request has only what the request names', () => {
  it.each([
    [{ method: 'tools/call', name: 'b' }, ['b']],
    [{ method: 'tools/call', name: 'nothing' }, []],
    [{ method: 'tools/list' }, ['a', 'b', 'c']],
    [{ method: 'resources/read', name: 'x://b' }, ['x://b']],
    [{ method: 'resources/list' }, []],
    [{ method: 'prompts/get', name: 'q' }, ['q']],
    [{ method: 'prompts/list' }, ['p', 'q']],
    [{ method: 'completion/complete', name: 'p' }, ['p']],
    [{ method: 'ping' }, []],
    [undefined, ['a', 'b', 'c', 'x://a', 'x://b', 'p', 'q']],
  ])('%j', (call, expected) => {
    const { content, registered } = setUp();
    createMcpServer(content, { ...serverScope, caller, log, call });
    expect(registered().map(({ name }) => name)).toEqual(expected);
  });
});

describe('extensions of the content', () => {
  it.each<[{ method: string; name?: string } | undefined, boolean]>([
    [{ method: 'tools/call', name: 'b' }, false],
    [{ method: 'resources/read', name: 'x://b' }, false],
    [{ method: 'prompts/get', name: 'q' }, false],
    [{ method: 'completion/complete', name: 'p' }, false],
    [{ method: 'tools/call', name: 'attached' }, true],
    [{ method: 'resources/read', name: 'skill://a/SKILL.md' }, true],
    [{ method: 'tools/list', name: 'b' }, true],
    [{ method: 'skills/list' }, true],
    [{ method: 'initialize' }, true],
    [undefined, true],
  ])('takes part in %j: %s', (call, expected) => {
    const attach = vi.fn();
    const { content } = setUp();
    createMcpServer({ ...content, attach }, { ...serverScope, caller, log, call });
    expect(attach.mock.calls.length > 0).toBe(expected);
  });
});

describe('the start', () => {
  const check = (parts: Partial<ServerContent>) => () => assertContent(testContent(parts), serverScope, log);
  const closed = { ...described, name: 'a', scopes: ['tables:write'] as [string] };
  const resource = { uri: 'x://a', mimeType: 'text/plain', read: () => '' };
  const template = { uriTemplate: 'x://a/{id}' as const, mimeType: 'text/plain', read: () => '' };

  it.each<[string, Partial<ServerContent>]>([
    ['Tool a', { tools: [defineTool({ ...closed, handler: () => '' })] }],
    ['Resource a', { resources: [defineResource({ ...closed, ...resource })] }],
    ['Resource a', { resources: [defineResourceTemplate({ ...closed, ...template })] }],
    ['Prompt a', { prompts: [definePrompt({ ...closed, get: () => '' })] }],
  ])('is refused when %s needs a scope that does not exist', (named, parts) => {
    expect(check(parts)).toThrow(`${named} needs the scope tables:write, which the server does not define`);
  });

  it('is refused when a name is used twice', () => {
    const tool = defineTool({ ...described, name: 'twice', handler: () => '' });
    expect(check({ tools: [tool, tool] })).toThrow('twice');
    const attach: Attach = (server) => void server.registerTool('twice', {}, () => ({ content: [] }));
    expect(check({ tools: [tool], attach })).toThrow('twice');
  });
});

it('an extension of the SDK serves its methods beside the content, in both eras', async () => {
  const skills = await SkillsExtension.load(
    memorySkillFiles({ 'greet/SKILL.md': '---\nname: greet\ndescription: How to greet\n---\nSay hello.' }),
  );
  const { content } = setUp();
  const app = await startApp({
    ...content,
    extensions: { 'example.com/other': {} },
    attach: (server) => skills.attach(server),
  });
  onTestFinished(() => app.stop());
  const uri = 'skill://greet/SKILL.md';
  for (const connect of [connectModern, connectLegacy]) {
    const client = (await connect(app.mcpUrl)) as Awaited<ReturnType<typeof connectModern>>;
    onTestFinished(() => client.close());
    expect(client.getServerCapabilities()?.extensions).toHaveProperty(['io.modelcontextprotocol/skills']);
    expect(client.getServerCapabilities()?.extensions).toHaveProperty(['example.com/other']);
    expect((await client.readResource({ uri })).contents).toMatchObject([
      { text: expect.stringContaining('Say hello') },
    ]);
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain('skill://{+path}');
  }
  const list = { jsonrpc: '2.0', id: 1, method: 'skills/list', params: {} };
  const answer = await post(app.mcpUrl, list, { 'Mcp-Protocol-Version': '2025-11-25' });
  expect(await answer.text()).toContain(uri);
});
