import { uri } from '../../src/brand.js';
import type { Bench, Findings } from '../bench.js';
import { get, mcpCall } from '../calls.js';
import { measure, stopAll, type Target } from '../measure.js';
import { startPlain } from '../plain-servers.js';
import { startThisServer } from '../this-server.js';

/** What clients read: the tools, a resource, a file that is drawn once and kept. */
export async function reading(bench: Bench): Promise<Findings> {
  const server = await startThisServer(bench);
  const targets: Target[] = [
    await startPlain(bench, 'plain-express'),
    { name: 'tools/list', server, call: mcpCall('2026', 'tools/list', {}, '"roll_dice"') },
    {
      name: 'resources/read',
      server,
      call: mcpCall('2026', 'resources/read', { uri: uri('company-info') }, '"contents":['),
    },
    { name: 'catalogue from the cache', server, call: get('/catalogs/lighting.pdf', '%PDF-') },
  ];
  const rows = await measure(bench, targets);
  await stopAll(targets);
  return { rows, values: [] };
}
