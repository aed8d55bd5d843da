import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  definePrompt,
  defineResource,
  defineTool,
  type HandlerContext,
} from '../../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { MODERN_META, post } from '../../support/app/clients.js';
import { SERVICE_TOKEN } from '../../support/app/port.js';
import { openStream } from '../../support/app/sse.js';

/** Returns everything a handler can reach, as text. */
function reachable({ sdk }: HandlerContext): string {
  const headers = Object.fromEntries(sdk.http?.req?.headers ?? []);
  return inspect({ headers, sdk }, { depth: Number.POSITIVE_INFINITY, showHidden: true });
}

const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };
const content = {
  tools: [defineTool({ ...described, name: 'look', handler: (_args, context) => reachable(context) })],
  resources: [
    defineResource({ ...described, name: 'look', uri: 'x://look', mimeType: 'text/plain', read: reachable }),
  ],
  prompts: [definePrompt({ ...described, name: 'look', get: (_args, context) => reachable(context) })],
};
const headers = {
  'X-Probe': 'PROBE',
  Cookie: 'session=COOKIE-SECRET',
  'Proxy-Authorization': 'Basic PROXY-SECRET',
};
const calls = [
  ['tools/call', { name: 'look' }],
  ['resources/read', { uri: 'x://look' }],
  ['prompts/get', { name: 'look' }],
] as const;

let app: TestApp;
beforeAll(async () => {
  app = await startApp(content);
});
afterAll(() => app.stop());

function expectNoSecrets(text: string): void {
  for (const secret of [SERVICE_TOKEN, 'COOKIE-SECRET', 'PROXY-SECRET']) expect(text).not.toContain(secret);
}

describe.each(calls)('the handler of %s sees no credentials', (method, params) => {
  it('in 2026-07-28', async () => {
    const name = 'name' in params ? params.name : params.uri;
    const answer = await post(
      app.mcpUrl,
      { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: MODERN_META } },
      { ...headers, 'Mcp-Protocol-Version': '2026-07-28', 'Mcp-Method': method, 'Mcp-Name': name },
    );
    const text = await answer.text();
    expect(text).toContain('PROBE');
    expectNoSecrets(text);
  });

  it('in 2025-11-25', async () => {
    const answer = await post(
      app.mcpUrl,
      { jsonrpc: '2.0', id: 1, method, params },
      { ...headers, 'Mcp-Protocol-Version': '2025-11-25' },
    );
    const text = await answer.text();
    expect(text).toContain('PROBE');
    expectNoSecrets(text);
  });

  it('of the old SSE transport', async () => {
    const stream = await openStream(app.url, { ...headers, Authorization: `Bearer ${SERVICE_TOKEN}` });
    await stream.send({ id: 'called', method, params });
    const text = await stream.read('"id":"called"');
    expect(text).toContain('mcpReq');
    expectNoSecrets(text);
    stream.drop();
  });
});
