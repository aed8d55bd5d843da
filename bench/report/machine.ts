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

/** The versions that the peers are pinned to, by target. */
const PEERS: Record<string, () => string> = {
  'fastmcp (npm)': () => `fastmcp (npm) ${pinned('fastmcp/package.json', /"fastmcp": "(.+)"/)}`,
  'mcp-use (npm)': () => `mcp-use (npm) ${pinned('mcp-use/package.json', /"mcp-use": "(.+)"/)}`,
  'FastMCP (Python)': () =>
    `FastMCP ${pinned('fastmcp-python/requirements.txt', /^fastmcp==(\S+)/m)} on ${outputOf('python3', '--version')}`,
  'Go SDK': () =>
    `Go SDK ${pinned('go-sdk/go.mod', /go-sdk v(\S+)/)} on ${outputOf('go', 'env', 'GOVERSION').replace(/^go/, 'Go ')}`,
};

/** Describes the machine in one line. */
export function machine(): string {
  const [{ model = 'unknown processor' } = {}, ...others] = cpus();
  const gigabytes = Math.round(totalmem() / 1024 ** 3);
  return `${model.trim()}, ${others.length + 1} cores, ${gigabytes} GB of memory, ${type()} ${release()}`;
}

/**
 * Lists the versions of what was measured.
 *
 * @param targets the names of the targets; what is not among them was skipped
 */
export function versions(targets: string[]): string[] {
  return [
    `Node ${process.versions.node}`,
    ...PACKAGES.map((name) => `${name} ${versionIn(join(root, 'node_modules', name, 'package.json'))}`),
    ...Object.entries(PEERS).flatMap(([name, version]) => (targets.includes(name) ? version() : [])),
  ];
}

function versionIn(manifest: string): string {
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

function pinned(path: string, version: RegExp): string {
  return version.exec(readFileSync(join(root, 'bench/peers', path), 'utf8'))?.[1] ?? 'unknown';
}

function outputOf(program: string, ...args: string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return `unknown ${program}`;
  }
}
