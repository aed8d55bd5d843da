import { specTypeSchemas, withInputRequired } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { acceptedContent, defineTool, inputRequired } from '../../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { connectLegacy, connectModern } from '../../support/app/clients.js';

const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };
const tools = [
  defineTool({
    ...described,
    name: 'opens',
    handler: (_args, { openState }) => `sees ${JSON.stringify(openState())}`,
  }),
  defineTool({
    ...described,
    name: 'asks',
    handler: async (_args, { canElicit, sealState, openState, sdk }) => {
      if (!canElicit) return 'cannot ask';
      const state = openState<{ round: number }>();
      if (state === undefined) {
        return inputRequired({
          inputRequests: {
            name: inputRequired.elicit({ message: 'Name?', requestedSchema: z.object({ name: z.string() }) }),
          },
          requestState: await sealState({ round: 1 }),
        });
      }
      return `round ${state.round}: ${acceptedContent(sdk.mcpReq.inputResponses, 'name')?.['name']}`;
    },
  }),
];

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ tools });
});
afterAll(() => app.stop());

describe('a tool that asks its user', () => {
  it('gets the answer in the next round', async () => {
    const client = await connectModern(app.mcpUrl, undefined, undefined, {
      capabilities: { elicitation: { form: {} } },
    });
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name: 'Ada' } }));
    expect(await client.callTool({ name: 'asks' })).toMatchObject({ content: [{ text: 'round 1: Ada' }] });
    await client.close();
  });

  it('seals its state against other tools', async () => {
    const client = await connectModern(app.mcpUrl, undefined, undefined, {
      capabilities: { elicitation: { form: {} } },
      inputRequired: { autoFulfill: false },
    });
    const call = (name: string, extra: object = {}) =>
      client.request(
        { method: 'tools/call', params: { name, arguments: {}, ...extra } },
        withInputRequired(specTypeSchemas.CallToolResult),
        { allowInputRequired: true },
      );
    const { requestState } = (await call('asks')) as { requestState: string };
    expect(await call('opens', { requestState })).toMatchObject({ content: [{ text: 'sees undefined' }] });
    await client.close();
  });

  it('knows when the client cannot ask', async () => {
    const client = await connectLegacy(app.mcpUrl);
    expect(await client.callTool({ name: 'asks' })).toMatchObject({ content: [{ text: 'cannot ask' }] });
    await client.close();
  });
});
