/**
 * How long a caller's call takes while another caller sends 400 calls at once, by the limit on calls of one caller. The
 * crowd is a process of its own, so that only the server is shared. Run it on an idle machine: `npm run bench:crowding`
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { SERVICE_TOKEN } from '../test/support/app/port.js';
import { startExample } from '../test/support/programs/server.js';

const CROWD = 400;
const ROUNDS = 5;
const LIMITS = ['10000', '200', '32'];
const agent = new Agent({ keepAlive: true, maxSockets: CROWD });

/** Calls a tool. @returns the status of the answer */
async function call(url: string, token: string): Promise<number> {
  const headers = {
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
  };
  const params = { name: 'whoami', arguments: {} };
  const sent = request(url, { method: 'POST', agent, headers });
  sent.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }));
  const [answer] = await once(sent, 'response');
  await once(answer.resume(), 'end');
  return answer.statusCode;
}

async function crowd(url: string): Promise<void> {
  const all = () => Promise.all(Array.from({ length: CROWD }, () => call(url, SERVICE_TOKEN)));
  // Opens the connections, which is not what is measured.
  await all();
  process.stdout.write('ready\n');
  await once(process.stdin, 'data');
  const answers = all();
  setImmediate(() => process.stdout.write('begun\n'));
  const statuses = await answers;
  process.stdout.write(`${statuses.filter((status) => status === 429).length}\n`);
  process.exit();
}

async function measure(limit: string): Promise<void> {
  const server = await startExample({ MAX_CALLS_PER_SERVICE: limit });
  const cli = join(import.meta.dirname, '../dist/commands/cli.js');
  const create = spawnSync(
    process.execPath,
    [cli, 'token', 'create', 'other', '--scopes', 'read', '--json'],
    {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], DATABASE_URL: server.databaseUrl, PUBLIC_URL: server.url },
    },
  );
  const { token } = JSON.parse(create.stdout) as { token: string };
  const milliseconds = async () => {
    const began = performance.now();
    if ((await call(server.mcpUrl, token)) !== 200) throw new Error('the other caller was refused');
    return performance.now() - began;
  };
  for (let count = 0; count < 20; count++) await milliseconds();
  const alone = await milliseconds();
  const waits: number[] = [];
  const refused: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const child = spawn(process.execPath, ['--import', 'tsx', import.meta.filename, server.mcpUrl]);
    const lines = child.stdout.setEncoding('utf8')[Symbol.asyncIterator]();
    await lines.next();
    child.stdin.write('go\n');
    await lines.next();
    waits.push(await milliseconds());
    refused.push(Number((await lines.next()).value));
    await once(child, 'exit');
  }
  await server.stop();
  const median = (values: number[]) =>
    values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  console.log(
    `at most ${limit} calls: alone ${alone.toFixed(1)} ms, beside ${CROWD} calls median ${median(waits).toFixed(0)} ms, ` +
      `worst ${Math.max(...waits).toFixed(0)} ms; ${median(refused)} of ${CROWD} refused`,
  );
}

const [url] = process.argv.slice(2);
if (url !== undefined) await crowd(url);
else for (const limit of LIMITS) await measure(limit);
process.exit();
