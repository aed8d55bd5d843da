import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface CliResult {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the built command line as a person does: `run('user add carol', 'the password')`. */
export type Cli = (command: string, input?: string) => Promise<CliResult>;

export function cliFor(databaseUrl: string, environment: Record<string, string> = {}): Cli {
  return async (command, input = '') => {
    const program = join(import.meta.dirname, '../../dist/cli.js');
    const child = spawn(process.execPath, [program, ...command.split(' ').filter(Boolean)], {
      cwd: tmpdir(),
      env: { PATH: process.env['PATH'], DATABASE_URL: databaseUrl, ...environment },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, out, err };
  };
}

/** The answer of a command with `--json`. */
export async function cliJson<T>(cli: Cli, command: string, input?: string): Promise<T> {
  const { code, out, err } = await cli(`${command} --json`, input);
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${err}`);
  return JSON.parse(out) as T;
}

/** A command line on a database that does not exist yet. */
export async function cliOnNewDatabase(): Promise<{
  cli: Cli;
  directory: string;
  remove: () => Promise<void>;
}> {
  const directory = await mkdtemp(join(tmpdir(), 'mcp-cli-'));
  return {
    cli: cliFor(`file:${join(directory, 'data', 'server.db')}`),
    directory,
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
