/**
 * How long a catalogue takes, asked for over HTTP: the first one of a fresh server, the first one of another category,
 * and the same again from the cache. Run it on an idle machine: `npm run bench`
 */
import { startServer } from '../test/support/programs/server.js';

const SERVERS = 5;
const CACHED_REQUESTS = 100;
/** Milliseconds. */
const BUDGET = { first: 100, cached: 5 };

const coldest: number[] = [];
const first: number[] = [];
const cached: number[] = [];

for (let run = 0; run < SERVERS; run++) {
  const server = await startServer();
  const milliseconds = async (path: string) => {
    const began = performance.now();
    const response = await fetch(server.url + path);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return performance.now() - began;
  };
  // Not a part of what is measured: the connection, and the HTTP client of this process.
  await milliseconds('/healthz');
  coldest.push(await milliseconds('/catalogs/lighting.pdf'));
  first.push(await milliseconds('/catalogs/seating.pdf'), await milliseconds('/catalogs/tables.pdf'));
  for (let count = 0; count < CACHED_REQUESTS; count++)
    cached.push(await milliseconds('/catalogs/lighting.pdf'));
  await server.stop();
}

report('first catalogue of a fresh server', coldest, BUDGET.first);
report('first catalogue of another category', first, BUDGET.first);
report('catalogue from the cache', cached, BUDGET.cached);

function report(what: string, times: number[], budget: number): void {
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.floor(share * (times.length - 1))] ?? Number.NaN).toFixed(1);
  console.log(`${what}: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, worst ${at(1)} ms (budget ${budget} ms)`);
}
