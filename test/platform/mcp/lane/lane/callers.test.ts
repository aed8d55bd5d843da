import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Caller } from '../../../../../src/platform/caller.js';
import { defineTool } from '../../../../../src/platform/mcp/define.js';
import { startApp } from '../../../../support/app/app.js';
import { post } from '../../../../support/app/clients.js';
import { content } from '../../../../support/lane/content.js';
import { described } from '../../../../support/lane/described.js';
import { type Meant, meantIn } from '../../../../support/lane/messages.js';

const CALLS = 60;

/** Reads the message of an answer, whichever type it has. */
async function read(response: Response) {
  const text = await response.text();
  return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? text);
}

it('of calls that run at once, each sees its own caller, client, id and headers, and none of another', async () => {
  const callerOf = (number: number): Caller => ({
    kind: number % 2 ? 'user' : 'service',
    id: `caller ${number}`,
    name: `Name ${number}`,
    scopes: number % 3 ? ['notes:read', 'notes:write'] : ['notes:read'],
    clientId: `client ${number}`,
  });
  const environment = { MAX_CALLS_PER_USER: '1', MAX_CALLS_PER_SERVICE: '1' };
  const app = await startApp(content, environment, { verifiers: [(token) => callerOf(Number(token))] });
  onTestFinished(() => app.stop());

  async function call(number: number): Promise<void> {
    const era: Meant['era'] = number % 5 ? '2026' : '2025';
    const elicitation = number % 2 ? { elicitation: {} } : {};
    const meta = {
      'io.modelcontextprotocol/clientInfo': { name: `software ${number}`, version: '1' },
      'io.modelcontextprotocol/clientCapabilities': elicitation,
      'example.com/number': number,
    };
    const params = { name: 'context', arguments: { turns: (number * 7) % 20 } };
    const { message, headers } = meantIn(era, { method: 'tools/call', params }, { id: number, meta });
    const own = {
      ...Object.fromEntries(headers),
      Authorization: `Bearer ${number}`,
      'X-Number': `${number}`,
    };
    const { id, result } = await read(await post(app.mcpUrl, message, own));
    const seen = JSON.parse(result.content[0].text);
    expect(id).toBe(number);
    expect(seen).toMatchObject({
      caller: callerOf(number),
      canElicit: era === '2026' && number % 2 === 1,
      mcpReq: { id: number, method: 'tools/call', _meta: { 'example.com/number': number } },
      authInfo: { clientId: `client ${number}`, scopes: callerOf(number).scopes },
    });
    expect(seen.http.headers).toContainEqual(['x-number', `${number}`]);
    if (era === '2026') expect(seen.mcpReq.envelope).toMatchObject(without(meta, 'example.com/number'));
  }
  await Promise.all(Array.from({ length: CALLS }, (_, number) => call(number)));
});

it('a call that ends does not end what another one has asked its client', async () => {
  const ended: string[] = [];
  const asks = defineTool({
    ...described,
    name: 'asks',
    inputSchema: z.object({ who: z.string() }),
    handler: async ({ who }, { sdk }) => {
      await sdk.mcpReq.send({ method: 'example.com/question' }, z.object({})).catch(() => ended.push(who));
      return 'asked';
    },
  });
  const app = await startApp({ tools: [asks] });
  onTestFinished(() => app.stop());

  /** Calls the tool, and reads its question. @returns a function that leaves */
  async function ask(who: string): Promise<() => void> {
    const params = { name: 'asks', arguments: { who } };
    const { message, headers } = meantIn('2026', { method: 'tools/call', params });
    const reader = (await post(app.mcpUrl, message, Object.fromEntries(headers))).body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(Buffer.from(value ?? []).toString()).toContain('example.com/question');
    return () => void reader?.cancel();
  }
  const [leaveFirst, leaveSecond] = [await ask('first'), await ask('second')];
  leaveFirst();
  await expect.poll(() => ended).toEqual(['first']);
  await nextTurn();
  expect(ended).toEqual(['first']);
  leaveSecond();
  await expect.poll(() => ended).toEqual(['first', 'second']);
});

function without(members: Record<string, unknown>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([other]) => other !== name));
}
