/**
 * Finds out whether the memory and the handles of two replicas on PostgreSQL, or with `--file` of one server on a file,
 * stay flat under steady load, while streams come and go. Prints a line every minute and a verdict at the end:
 *
 *   npm run soak -- [--minutes 10] [--file]
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as elapsed } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startLoad } from '../test/support/load/load.js';
import { startStreams } from '../test/support/load/streams.js';
import { buildFixture } from '../test/support/programs/fixture-programs.js';
import { postgresProgram, startPostgres } from '../test/support/programs/postgres.js';
import { errorsOf, startReplicas, UNDER_LOAD } from '../test/support/programs/replicas.js';
import type { TestServer } from '../test/support/programs/server.js';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, file: { type: 'boolean', default: false } },
});
const MINUTES = Number(values.minutes);
/** When memory must have settled, in minutes. Until then, V8 compiles most of what runs often. */
const SETTLED = Math.min(3, MINUTES / 2);
/** How much the memory of the process, and the heap in it, may grow after that. */
const TOLERANCE = 0.1;
/** A faster load would measure the machine, and more notes what it takes to list them. */
const PACE = { pause: 200, writesEvery: 50 };
/** How many handles may come and go: the connections of the pool. One lost in each request would be thousands. */
const COMING_AND_GOING = 10;
const SAMPLE_MS = 15_000;
/** How long a collection may take, in milliseconds. */
const COLLECT_MS = 2000;
/** Lets a replica collect its garbage at a signal. Without that, what is measured is when it last did by itself. */
const COLLECTING = encodeURIComponent(`
  import { setFlagsFromString } from 'node:v8';
  import { runInNewContext } from 'node:vm';
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  process.on('SIGUSR2', () => {
    gc();
    console.log('heap after collection: ' + process.memoryUsage().heapUsed);
  });`);

interface Sample {
  minutes: number;
  rssMb: number;
  heapMb: number;
  handles: number;
}

if (!values.file && postgresProgram === undefined) process.exit(1);
await buildFixture();
const database = values.file ? undefined : await startPostgres();
const replicas = await startReplicas(values.file ? 1 : 2, {
  ...UNDER_LOAD,
  NODE_OPTIONS: `--import data:text/javascript,${COLLECTING}`,
  ...(database && { DATABASE_URL: database.url }),
});
const addresses = replicas.map(({ listening }) => listening);
const load = startLoad(addresses, replicas[0]?.url ?? '', database?.url, { pace: PACE });
const streams = startStreams(addresses, ['notes://people/ann', 'notes://people/bea']);
const samples = new Map<TestServer, Sample[]>(replicas.map((replica) => [replica, []]));
const began = performance.now();
let reported = 0;
for (;;) {
  const minutes = (performance.now() - began) / 60_000;
  for (const replica of replicas) replica.process.kill('SIGUSR2');
  await elapsed(COLLECT_MS);
  for (const [replica, taken] of samples) taken.push({ minutes, ...usageOf(replica) });
  if (Math.floor(minutes) > reported) {
    reported = Math.floor(minutes);
    await report(reported);
  }
  if (minutes >= MINUTES) break;
  await elapsed(SAMPLE_MS);
}
const faults = [...(await streams.stop()), ...(await load.stop()), ...replicas.flatMap(errorsOf)];
const verdicts = [...samples.values()].map(judge);
for (const [index, { text }] of verdicts.entries()) console.log(`replica ${index}: ${text}`);
const { opened, told } = streams.counts;
console.log(
  `${load.sender.counts.answered} requests, ${opened} streams, ${told} notifications; ${faults.length} faults`,
  faults.slice(0, 20),
);
await Promise.all(replicas.map((replica) => replica.stop()));
await database?.stop();
process.exit(verdicts.every(({ isFlat }) => isFlat) && faults.length === 0 ? 0 : 1);

/** Reads what a process uses. A handle is a file, a socket, a timer of the kernel, or the like. */
function usageOf({ process: { pid }, output }: TestServer): Omit<Sample, 'minutes'> {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  const heap = [...output().matchAll(/heap after collection: (\d+)/g)].at(-1)?.[1];
  return {
    rssMb: Number(kilobytes) / 1024,
    heapMb: Number(heap) / 1024 / 1024,
    handles: readdirSync(`/proc/${pid}/fd`).length,
  };
}

async function report(minute: number): Promise<void> {
  const columns = [...samples.values()].map((taken) => {
    const last = taken.at(-1);
    return `RSS ${last?.rssMb.toFixed(1).padStart(6)} MB, heap ${last?.heapMb.toFixed(1)} MB, ${last?.handles} handles`;
  });
  const { answered } = load.sender.counts;
  console.log(`minute ${minute}: ${columns.join(' | ')} | ${await connections()} | ${answered} requests`);
}

async function connections(): Promise<string> {
  if (database === undefined) return 'a file';
  const client = new pg.Client(database.url);
  await client.connect();
  const { rows } = await client.query(
    `select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
  );
  await client.end();
  return `${rows[0].count} connections to PostgreSQL`;
}

/** Compares the minute after which memory must be flat with the last one. Each is the median of its samples. */
function judge(taken: Sample[]): { isFlat: boolean; text: string } {
  const within = (from: number, to: number) =>
    taken.filter(({ minutes }) => minutes >= from && minutes <= to);
  const early = within(SETTLED, SETTLED + 1);
  const late = within(MINUTES - 1, MINUTES + 1);
  const median = (of: Sample[], what: 'rssMb' | 'heapMb' | 'handles') =>
    of.map((sample) => sample[what]).toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? Number.NaN;
  const change = (what: 'rssMb' | 'heapMb') => median(late, what) / median(early, what) - 1;
  const handles = [median(early, 'handles'), median(late, 'handles')] as const;
  // A system short of memory takes pages back, which lowers the RSS. The heap shows a leak all the same.
  const isFlat =
    change('rssMb') <= TOLERANCE &&
    change('heapMb') <= TOLERANCE &&
    handles[1] <= handles[0] + COMING_AND_GOING;
  return {
    isFlat,
    text:
      `RSS ${median(early, 'rssMb').toFixed(1)} MB after minute ${SETTLED}, ${median(late, 'rssMb').toFixed(1)} MB at the end ` +
      `(${(change('rssMb') * 100).toFixed(1)} %), ` +
      `heap ${median(early, 'heapMb').toFixed(1)} and ${median(late, 'heapMb').toFixed(1)} MB, handles ${handles.join(' and ')}: ${isFlat ? 'flat' : 'NOT FLAT'}`,
  };
}
