import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { Exchange } from '../../../../src/platform/mcp/lane/exchange.js';
import { closeServer, listenLocally } from '../../../support/app/port.js';

it.each(['2025', '2026'] as const)('a result that is kept is sent again as it was, in %s', async (era) => {
  const kept: string[] = [];
  const server = createServer((_req, res) => {
    const onResult = (json: string) => void kept.push(json);
    const exchange = new Exchange(res, { era, id: 'a', storeFailures: new Map(), onResult });
    const [known] = kept;
    if (known !== undefined) exchange.sendResult(known);
    else void exchange.send({ jsonrpc: '2.0', id: 'a', result: { tools: [], note: 'half \ud83d' } });
  });
  const url = `http://127.0.0.1:${await listenLocally(server)}`;
  onTestFinished(() => closeServer(server));
  const [first, second] = [await (await fetch(url)).text(), await (await fetch(url)).text()];
  expect(kept).toHaveLength(1);
  expect(first).toContain('half \ufffd');
  expect(second).toBe(first);
});
