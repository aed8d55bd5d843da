import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Packages of this repository whose version decides what is measured. */
const PACKAGES = [
  'express',
  '@modelcontextprotocol/server',
  '@modelcontextprotocol/node',
  '@modelcontextprotocol/sdk',
];

/** Describes the machine in one line. */
export function machine(): string {
  const [{ model = 'unknown processor' } = {}, ...others] = cpus();
  const gigabytes = Math.round(totalmem() / 1024 ** 3);
  return `${model.trim()}, ${others.length + 1} cores, ${gigabytes} GB of memory, ${type()} ${release()}`;
}

/** Lists the versions of what was measured. */
export function versions(): string[] {
  return [
    `Node ${process.versions.node}`,
    ...PACKAGES.map((name) => `${name} ${versionIn(join(root, 'node_modules', name, 'package.json'))}`),
    ...peerVersions(),
  ];
}

function versionIn(manifest: string): string {
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

/** Reads the versions that the peers are pinned to. */
function peerVersions(): string[] {
  const read = (path: string) => readFileSync(join(root, 'bench/peers', path), 'utf8');
  const dependency = (folder: string) =>
    (JSON.parse(read(`${folder}/package.json`)) as { dependencies: Record<string, string> }).dependencies[
      folder
    ];
  const [, fastmcp] = /^fastmcp==(\S+)/m.exec(read('fastmcp-python/requirements.txt')) ?? [];
  const [, sdk] = /go-sdk v(\S+)/.exec(read('go-sdk/go.mod')) ?? [];
  return [
    `fastmcp (npm) ${dependency('fastmcp')}`,
    `mcp-use ${dependency('mcp-use')}`,
    `FastMCP ${fastmcp} on ${outputOf('python3', '--version')}`,
    `Go SDK ${sdk} on ${outputOf('go', 'env', 'GOVERSION').replace(/^go/, 'Go ')}`,
  ];
}

function outputOf(program: string, ...args: string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return `no ${program}`;
  }
}
