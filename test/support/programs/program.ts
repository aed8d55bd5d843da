import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ProgramResult {
  code: number | null;
  out: string;
  err: string;
}

/**
 * Runs a built program to its end, as a person does, away from the repository and its `.env`.
 *
 * @param name its file in `dist/`
 * @param environment all it gets besides PATH
 * @param input what is typed
 */
export async function runProgram(
  name: string,
  args: string[],
  environment: Record<string, string> = {},
  input: string | Uint8Array = '',
): Promise<ProgramResult> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../../dist', name), ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'], ...environment },
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
}
