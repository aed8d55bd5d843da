import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { endWithTests } from './processes.js';

export interface ProgramResult {
  code: number | null;
  out: string;
  err: string;
}

/**
 * Runs a program on this Node to its end, as a person does, away from the repository and its `.env`.
 *
 * @param args the program and its arguments
 * @param environment its whole environment besides PATH
 * @param input the text for its standard input
 */
export async function runProgram(
  args: string[],
  environment: Record<string, string> = {},
  input: string | Uint8Array = '',
): Promise<ProgramResult> {
  const child = endWithTests(
    spawn(process.execPath, args, { cwd: tmpdir(), env: { PATH: process.env['PATH'], ...environment } }),
  );
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
