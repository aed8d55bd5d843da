import type { ServerContext } from '@modelcontextprotocol/server';
import { expect, it } from 'vitest';
import type { RequestScope } from '../../../src/platform/mcp/context.js';
import { ScopedAuthInfo, scopeOfRequest } from '../../../src/platform/mcp/request-scopes.js';

const caller = { kind: 'user', id: 'u', name: 'U', scopes: ['notes:read'], clientId: 'c' };
const scope = { caller, stateKey: Buffer.alloc(32) } as unknown as RequestScope;
const authInfo = new ScopedAuthInfo(scope, 'https://mcp.example.com/metadata');
const sdkWith = (http: object | undefined) => ({ http }) as ServerContext;

it('what the SDK passes on leads to the scope of its request', () => {
  expect(scopeOfRequest(sdkWith({ authInfo }))).toBe(scope);
});

it('a handler that reads what the SDK passes on finds neither the token nor the scope of the server', () => {
  const shown = { token: '', clientId: 'c', scopes: ['notes:read'] };
  expect({ ...authInfo }).toEqual({ ...shown, resourceMetadataUrl: 'https://mcp.example.com/metadata' });
  expect(Reflect.ownKeys(authInfo).sort()).toEqual(['clientId', 'resourceMetadataUrl', 'scopes', 'token']);
});

it.each([undefined, {}, { authInfo: { ...authInfo } }])('no other object leads to a scope: %j', (http) => {
  expect(() => scopeOfRequest(sdkWith(http))).toThrow('did not pass on');
});
