import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICE_TOKEN } from '../test/support/app/port.js';
import { endWithTests } from '../test/support/programs/processes.js';
import type { Bench } from './bench.js';
import { type Era, rollDice } from './calls.js';
import type { Target } from './measure.js';
import { startProcess } from './start-process.js';

/** A server that others have made, with the same tool. */
interface Peer {
  name: string;
  era: Era;
  /** What installs it, one after the other, in the folder it is copied to. */
  install: string[][];
  program: string;
  args: string[];
}

const NPM_CI = ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=0'];
const node = (name: string, era: Era): Peer => ({
  name,
  era,
  install: [NPM_CI],
  program: process.execPath,
  args: ['server.mjs'],
});

/** Every peer by its folder in `bench/peers/`. */
const PEERS = {
  fastmcp: node('fastmcp (npm)', '2025'),
  'mcp-use': node('mcp-use (npm)', '2026'),
  'fastmcp-python': {
    name: 'FastMCP (Python)',
    era: '2026',
    install: [
      ['python3', '-m', 'venv', 'venv'],
      ['venv/bin/pip', 'install', '--quiet', '--retries', '0', '-r', 'requirements.txt'],
    ],
    program: 'venv/bin/python',
    args: ['server.py'],
  },
  'go-sdk': {
    name: 'Go SDK',
    era: '2026',
    install: [['go', 'build', '-o', 'server', '.']],
    program: './server',
    args: [],
  },
} satisfies Record<string, Peer>;

/** Inside `node_modules`, so that neither git nor any check looks at it. */
const INSTALLED = join(import.meta.dirname, '../node_modules/.cache/bench');

/** How long one step of an installation may take, in milliseconds. */
const PATIENCE_MS = 300_000;

/**
 * Starts a peer as a target, after installing it if need be.
 *
 * @returns nothing when it cannot be had, which is reported in a line
 */
export async function startPeer(bench: Bench, folder: keyof typeof PEERS): Promise<Target[]> {
  const { name, era, program, args }: Peer = PEERS[folder];
  try {
    const directory = await install(bench, folder);
    const server = await startProcess({
      program: join(program.startsWith('/') ? '' : directory, program),
      args,
      environment: { MCP_AUTH_TOKEN: SERVICE_TOKEN },
      directory,
    });
    return [{ name, server, call: rollDice(era) }];
  } catch (error) {
    const [reason = ''] = String((error as Error).message)
      .trim()
      .split('\n')
      .slice(-1);
    bench.skip(`${name}: ${reason}`);
    return [];
  }
}

/** @returns where the peer is installed */
async function install(bench: Bench, folder: keyof typeof PEERS): Promise<string> {
  const { name, install: steps }: Peer = PEERS[folder];
  const source = join(import.meta.dirname, 'peers', folder);
  const directory = join(INSTALLED, folder);
  const version = digestOf(source);
  const mark = join(directory, '.installed');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === version) return directory;
  bench.say(`  installing ${name}`);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  cpSync(source, directory, { recursive: true });
  for (const step of steps) await runStep(step, directory);
  writeFileSync(mark, version);
  return directory;
}

function digestOf(folder: string): string {
  const digest = createHash('sha256').update(process.version);
  for (const name of readdirSync(folder).sort()) digest.update(name).update(readFileSync(join(folder, name)));
  return digest.digest('hex');
}

/** @throws with what the program wrote about it when it fails */
function runStep([program = '', ...args]: string[], directory: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const path = program.includes('/') ? join(directory, program) : program;
    const child = endWithTests(spawn(path, args, { cwd: directory, timeout: PATIENCE_MS }));
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
      });
    child.on('error', () => reject(new Error(`${program} is not installed`)));
    child.on('close', (code) => {
      const lines = output.trim().split('\n');
      const line = lines.find((each) => /error|refused/i.test(each)) ?? lines[0];
      if (code === 0) resolve();
      else reject(new Error(`${[program, ...args].join(' ')} ended with code ${code}: ${line}`));
    });
  });
}
