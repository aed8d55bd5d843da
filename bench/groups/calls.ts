import type { Bench, Findings } from '../bench.js';
import { rollDice } from '../calls.js';
import { measure, stopAll, type Target } from '../measure.js';
import { startPlain } from '../plain-servers.js';
import { startThisServer, userTokens } from '../this-server.js';

/** `tools/call` of this server, by era and kind of token. */
export async function calls(bench: Bench): Promise<Findings> {
  const express = await startPlain(bench, 'plain-express');
  const server = await startThisServer(bench);
  const { access_token } = await userTokens(server);
  const targets: Target[] = [
    express,
    { name: 'service token, 2026-07-28', server, call: rollDice('2026') },
    { name: 'user token, 2026-07-28', server, call: rollDice('2026', access_token) },
    { name: 'service token, 2025-11-25', server, call: rollDice('2025') },
    { name: 'user token, 2025-11-25', server, call: rollDice('2025', access_token) },
  ];
  const rows = await measure(bench, targets);
  await stopAll(targets);
  return { rows, values: [] };
}
