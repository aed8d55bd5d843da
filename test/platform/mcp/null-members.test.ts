import type { McpServer } from '@modelcontextprotocol/server';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { omitNulls } from '../../../src/platform/mcp/null-members.js';
import { askSdkAlone } from '../../support/app/sdk-alone.js';

function without(message: Record<string, unknown>): Record<string, unknown> {
  const copy = structuredClone(message);
  omitNulls(copy);
  return copy;
}
const params = (method: string, given: unknown) => without({ method, params: given })['params'];

describe('a member that is null counts as left out', () => {
  it.each<[string, unknown, unknown]>([
    ['tools/list', null, undefined],
    ['tools/list', { cursor: null, _meta: null }, {}],
    ['tools/call', { name: 'a', arguments: null, _meta: { progressToken: null } }, { name: 'a', _meta: {} }],
    ['prompts/get', { name: 'a', arguments: { city: null } }, { name: 'a', arguments: {} }],
    ['completion/complete', { context: { arguments: { a: null } } }, { context: { arguments: {} } }],
    [
      'initialize',
      {
        capabilities: { roots: { listChanged: null }, elicitation: null },
        clientInfo: { name: 'a', title: null },
      },
      { capabilities: { roots: {} }, clientInfo: { name: 'a' } },
    ],
    [
      'ping',
      { _meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: null } } } },
      { _meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } } },
    ],
    ['subscriptions/listen', { notifications: { toolsListChanged: null } }, { notifications: {} }],
    ['notifications/cancelled', { requestId: 1, reason: null }, { requestId: 1 }],
    [
      'tools/call',
      {
        requestState: null,
        inputResponses: { a: { action: 'accept', content: { b: null, c: 1 } }, d: null },
      },
      { inputResponses: { a: { action: 'accept', content: { c: 1 } } } },
    ],
    ['example.com/own', { _meta: { progressToken: null } }, { _meta: {} }],
  ])('in %s with %j', (method, given, expected) => {
    expect(params(method, given)).toEqual(expected);
  });

  it('in the answer to a form', () => {
    const answer = { jsonrpc: '2.0', id: 1, result: { action: 'accept', content: { a: null, b: 'x' } } };
    expect(without(answer)['result']).toEqual({ action: 'accept', content: { b: 'x' } });
    expect(without({ id: 1, result: { action: 'decline', content: null } })['result']).toEqual({
      action: 'decline',
    });
  });
});

it.each<[string, Record<string, unknown>]>([
  ['the id', { jsonrpc: '2.0', id: null, method: 'ping' }],
  ['a result', { jsonrpc: '2.0', id: 1, result: null }],
  ['the data of an error', { jsonrpc: '2.0', id: 1, error: { code: 1, message: '', data: null } }],
  [
    'an argument of a tool',
    { method: 'tools/call', params: { name: 'a', arguments: { b: null, c: { d: null } } } },
  ],
  ['a value of the client', { method: 'ping', params: { _meta: { 'example.com/trace': { a: null } } } }],
  [
    'what a model wrote',
    { method: 'tools/call', params: { inputResponses: { a: { content: { input: { b: null } } } } } },
  ],
  ['the params of an extension', { method: 'example.com/own', params: { a: null } }],
  ['an element of a list', { method: 'ping', params: { a: [null, 1] } }],
])('%s may be null', (_what, message) => {
  expect(without(message)).toEqual(message);
});

it('a message without a null stays as it is', () => {
  const json = fc.jsonValue({ maxDepth: 5 }).filter((value) => !JSON.stringify(value).includes('null'));
  const method = fc.constantFrom('initialize', 'tools/call', 'prompts/get', 'example.com/own');
  fc.assert(
    fc.property(fc.record({ method, params: fc.dictionary(fc.string(), json), result: json }), (message) => {
      expect(without(message)).toEqual(message);
    }),
  );
});

it('the SDK alone refuses a null that means "not given"; when this fails, the work-around can go', async () => {
  const register = (server: McpServer) => void server.registerTool('t', {}, () => ({ content: [] }));
  expect(await askSdkAlone(register, 'tools/list', { cursor: null })).toHaveProperty('error');
  expect(
    await askSdkAlone(register, 'tools/call', { name: 't', _meta: { progressToken: null } }),
  ).toHaveProperty('error');
});
