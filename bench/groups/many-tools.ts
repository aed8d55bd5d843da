import { join } from 'node:path';
import type { Bench, Findings } from '../bench.js';
import { rollDice } from '../calls.js';
import { compare, measure, stopAll, type Target } from '../measure.js';
import { startPlain } from '../plain-servers.js';
import { startThisServer } from '../this-server.js';

const PROGRAM = join(import.meta.dirname, '../servers/many-tools.mjs');

/** What a call costs in a server with few tools, and in one with many. */
export async function manyTools(bench: Bench): Promise<Findings> {
  const withTools = async (count: number): Promise<Target> => ({
    name: `${count} tools`,
    server: await startThisServer(bench, { TOOLS: String(count) }, PROGRAM),
    call: rollDice('2026'),
  });
  const targets = [await startPlain(bench, 'plain-express'), await withTools(9), await withTools(256)];
  const rows = await measure(bench, targets);
  await stopAll(targets);
  return { rows, values: compare(rows, '256 tools', '9 tools', 'cpuUs') };
}
