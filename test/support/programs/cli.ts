import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ProgramResult, runProgram } from './program.js';
import { FIXTURE_PROGRAMS } from './server.js';

/** Runs a command of the fixture as a person does: `cli('user add carol', 'the password')`. */
export type Cli = (command: string, input?: string | Uint8Array) => Promise<ProgramResult>;

export function cliFor(databaseUrl: string, environment: Record<string, string> = {}): Cli {
  return (command, input) =>
    runProgram(
      [join(FIXTURE_PROGRAMS, 'commands/cli.js'), ...command.split(' ').filter(Boolean)],
      { DATABASE_URL: databaseUrl, ...environment },
      input,
    );
}

/** Runs a command with `--json` and returns the parsed answer. */
export async function cliJson<T>(cli: Cli, command: string, input?: string): Promise<T> {
  const { code, out, err } = await cli(`${command} --json`, input);
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${err}`);
  return JSON.parse(out) as T;
}

/** Makes a command line for a database that does not exist yet. */
export async function cliOnNewDatabase(): Promise<{
  cli: Cli;
  url: string;
  path: string;
  directory: string;
  remove: () => Promise<void>;
}> {
  const directory = await mkdtemp(join(tmpdir(), 'mcp-cli-'));
  const path = join(directory, 'data', 'server.db');
  return {
    cli: cliFor(`file:${path}`),
    url: `file:${path}`,
    path,
    directory,
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
