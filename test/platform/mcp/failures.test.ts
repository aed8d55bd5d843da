import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definePrompt, defineResource, defineTool } from '../../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { WAYS } from '../../support/app/ways.js';

const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };
const _meta = { rowid: 5n };

let app: TestApp;
beforeAll(async () => {
  app = await startApp({
    tools: [
      defineTool({ ...described, name: 'bigint', handler: () => ({ content: [], _meta }) }),
      defineTool({
        ...described,
        name: 'structured',
        outputSchema: z.object({ rowid: z.any() }),
        handler: () => ({ content: [], structuredContent: { rowid: 5n } }),
      }),
      defineTool({ ...described, name: 'nothing', handler: () => undefined as never }),
      defineTool({ ...described, name: 'null', handler: () => null as never }),
    ],
    resources: [
      defineResource({
        ...described,
        name: 'bigint',
        uri: 'x://bigint',
        mimeType: 'text/plain',
        read: () => ({ contents: [{ uri: 'x://bigint', text: '', _meta }] }),
      }),
    ],
    prompts: [definePrompt({ ...described, name: 'bigint', get: () => ({ messages: [], _meta }) })],
  });
});
afterAll(() => app.stop());
beforeEach(() => void app.logs.splice(0));

const errors = () => app.logs.filter(({ level }) => Number(level) >= 50);

describe.each(WAYS)('%s, an answer that cannot be sent is masked at once, and logged:', (_way, ask) => {
  it.each([
    ['bigint', 'BigInt'],
    ['structured', 'BigInt'],
    ['nothing', 'did not return a result'],
    ['null', 'did not return a result'],
  ])('of the tool %s', async (name, cause) => {
    const { result } = await ask(app, 'tools/call', { name });
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('reference') }],
    });
    expect(errors()).toMatchObject([{ tool: name, err: { message: expect.stringContaining(cause) } }]);
  });

  it.each([
    ['resources/read', { uri: 'x://bigint' }],
    ['prompts/get', { name: 'bigint' }],
  ])('of %s', async (method, params) => {
    const { error } = await ask(app, method, params);
    expect(error).toMatchObject({ code: -32603, message: expect.stringContaining('reference') });
    expect(errors()).toMatchObject([{ err: { message: expect.stringContaining('BigInt') } }]);
  });
});
