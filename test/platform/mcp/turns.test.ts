import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { expect, it } from 'vitest';
import type { Caller } from '../../../src/platform/caller.js';
import { startApp } from '../../support/app/app.js';
import { onlyOnFile } from '../../support/app/database.js';

/** The calls of the caller with many. */
const CROWD = 40;

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };

/** Tokens are the name of a user. */
const verify = (name: string): Caller => ({
  kind: 'user',
  id: name,
  name,
  scopes: ['notes:read'],
  clientId: 'one',
});

it('a caller who sends many calls at once does not keep another one waiting for all of them', async () => {
  onlyOnFile('Each server takes turns among the calls that it receives.');
  const app = await startApp({}, { MAX_CALLS_PER_USER: String(CROWD) }, { verifiers: [verify] });
  const order: string[] = [];
  const agent = new Agent({ keepAlive: true });
  const send = async (who: string) => {
    const headers = { Authorization: `Bearer ${who}`, 'Content-Type': 'application/json' };
    const sent = request(app.mcpUrl, {
      method: 'POST',
      agent,
      headers: { ...headers, Accept: 'application/json, text/event-stream' },
    });
    sent.end(JSON.stringify(ping));
    const [answer] = await once(sent, 'response');
    await once(answer.resume(), 'end');
    order.push(who);
  };
  const everyone = [...Array.from({ length: CROWD }, () => 'bea'), 'ann'];
  // The first round opens the connections.
  await Promise.all(everyone.map(send));
  order.length = 0;
  await Promise.all(everyone.map(send));
  agent.destroy();
  await app.stop();
  // In the order of their arrival, it would be the last one.
  expect(order.indexOf('ann')).toBeLessThan(CROWD / 2);
});
