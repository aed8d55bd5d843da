import type { Bench, Findings } from '../bench.js';
import { rollDice } from '../calls.js';
import { compare, measure, stopAll, type Target } from '../measure.js';
import { startPeer } from '../peers.js';
import { startPlain } from '../plain-servers.js';
import { startThisServer } from '../this-server.js';

/** No MCP server, so this one is not compared with it. */
const PLAIN_HTTP = 'plain node:http';

const OURS = 'service token, 2026-07-28';

/** Servers in other languages, and the least that Node can do. */
export function languages(bench: Bench): Promise<Findings> {
  return against(bench, async () => [
    await startPlain(bench, 'plain-http'),
    ...(await startPeer(bench, 'go-sdk')),
    ...(await startPeer(bench, 'fastmcp-python')),
  ]);
}

/** The SDK, and other servers that are made with it. */
export function packages(bench: Bench): Promise<Findings> {
  return against(bench, async () => [
    await startPlain(bench, 'sdk-2'),
    await startPlain(bench, 'sdk-1'),
    ...(await startPeer(bench, 'fastmcp')),
    ...(await startPeer(bench, 'mcp-use')),
  ]);
}

/** Measures a call of this server beside others. */
async function against(bench: Bench, startOthers: () => Promise<Target[]>): Promise<Findings> {
  const others = await startOthers();
  const targets: Target[] = [
    await startPlain(bench, 'plain-express'),
    { name: OURS, server: await startThisServer(bench), call: rollDice('2026') },
    ...others,
  ];
  const rows = await measure(bench, targets);
  await stopAll(targets);
  const servers = others.filter(({ name }) => name !== PLAIN_HTTP);
  return { rows, values: servers.flatMap(({ name }) => compare(rows, OURS, name)) };
}
