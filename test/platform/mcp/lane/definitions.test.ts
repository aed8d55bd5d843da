import { describe, expect, it } from 'vitest';
import {
  definePrompt,
  defineResource,
  defineResourceTemplate,
  defineTool,
} from '../../../../src/platform/mcp/define.js';
import { createDefinitions } from '../../../../src/platform/mcp/lane/definitions.js';
import { testContent } from '../../../support/app/app.js';

const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };
const text = { ...described, mimeType: 'text/plain', read: () => '' };
const content = testContent({
  tools: [defineTool({ ...described, name: 'echo', handler: () => '' })],
  resources: [
    defineResource({ ...text, name: 'about', uri: 'notes://about' }),
    defineResourceTemplate({
      ...text,
      name: 'person',
      scopes: ['notes:write'],
      uriTemplate: 'notes://people/{name}',
    }),
  ],
  prompts: [definePrompt({ ...described, name: 'summary', get: () => '' })],
});
const routeOf = createDefinitions(content);
const withAttach = createDefinitions({ ...content, attach: () => {} });

const READ = { scopes: ['notes:read'] };
const WRITE = { scopes: ['notes:write'] };

describe('the fast lane answers', () => {
  it.each<[string, Record<string, unknown> | undefined, object]>([
    ['tools/call', { name: 'echo' }, READ],
    ['prompts/get', { name: 'summary' }, READ],
    ['resources/read', { uri: 'notes://about' }, READ],
    ['resources/read', { uri: 'notes://people/ann' }, WRITE],
  ])('%s with %j, for callers with its scopes', (method, params, named) => {
    expect(routeOf(method, params)).toMatchObject(named);
  });

  it.each(['tools/list', 'prompts/list', 'resources/templates/list', 'server/discover'])(
    '%s for everyone alike, unless it asks for a page or attach may have added to it',
    (method) => {
      expect([routeOf(method, undefined), routeOf(method, { _meta: {} })]).toEqual(['kept', 'kept']);
      expect([routeOf(method, { cursor: 'x' }), withAttach(method, undefined)]).toEqual([
        undefined,
        undefined,
      ]);
    },
  );

  it('resources/list for each caller, because not everyone sees the same', () => {
    expect([routeOf('resources/list', {}), withAttach('resources/list', {})]).toEqual(['listed', undefined]);
  });
});

describe('the fast lane leaves to the SDK', () => {
  it.each<[string, Record<string, unknown> | undefined]>([
    ['tools/call', { name: 'unknown' }],
    ['tools/call', { name: 'toString' }],
    ['tools/call', { name: 5 }],
    ['tools/call', undefined],
    ['prompts/get', { name: 'echo' }],
    ['resources/read', { uri: 'notes://nothing' }],
    ['resources/read', { uri: 'no uri' }],
    ['resources/read', { uri: 'NOTES://about' }],
    ['resources/read', { name: 'notes://about' }],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'summary' } }],
    ['subscriptions/listen', {}],
    ['ping', undefined],
    ['toString', undefined],
  ])('%s with %j', (method, params) => {
    expect(routeOf(method, params)).toBeUndefined();
  });

  it('what only a template matches, when attach may have added the resource itself', () => {
    expect(withAttach('resources/read', { uri: 'notes://people/ann' })).toBeUndefined();
    expect(withAttach('resources/read', { uri: 'notes://about' })).toMatchObject(READ);
  });
});
