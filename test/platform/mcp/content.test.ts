import { describe, expect, it, vi } from 'vitest';
import type { Caller } from '../../../src/platform/caller.js';
import { createLogger } from '../../../src/platform/logger.js';
import { createMcpServer, type ServerDependencies } from '../../../src/platform/mcp/content.js';
import { definePrompt, defineResource, defineTool } from '../../../src/platform/mcp/define.js';
import { testContent } from '../../support/app/app.js';

const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };
const watched = <Definition extends { register: (...args: never[]) => void }>(definition: Definition) => ({
  ...definition,
  register: vi.fn(),
});
const caller: Caller = { kind: 'user', id: 'u', name: 'U', scopes: ['notes:read'], clientId: 'c' };
const log = createLogger({ logLevel: 'silent', logPretty: false });
const dependencies = { stateKey: Buffer.alloc(32) } as ServerDependencies;

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
    createMcpServer(content, dependencies, { caller, log, call });
    expect(registered().map(({ name }) => name)).toEqual(expected);
  });
});
