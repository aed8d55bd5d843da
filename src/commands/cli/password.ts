import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CliError } from './output.js';

/**
 * Reads a new password: typed twice without echo on a terminal, otherwise the first line of standard input. Never an
 * argument, which would show up in the process list and the shell history.
 */
export async function readNewPassword(): Promise<string> {
  const password = process.stdin.isTTY ? await askTwice() : await readLine();
  if (password.includes('\0')) throw new CliError('A password cannot contain a null byte');
  return password;
}

/** Reads a text that holds a password: typed without echo on a terminal, otherwise the first line of standard input. */
export function readSecret(question: string): Promise<string> {
  return process.stdin.isTTY ? ask(question) : readLine();
}

async function askTwice(): Promise<string> {
  const password = await ask('Password: ');
  if ((await ask('Again: ')) !== password) throw new CliError('The two passwords differ');
  return password;
}

async function ask(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  // Asks only now that typed characters are no longer echoed.
  process.stderr.write(question);
  try {
    return await new Promise((resolve, reject) => {
      terminal.on('SIGINT', () => reject(new CliError('Cancelled')));
      terminal.on('line', resolve);
      // Ctrl-D ends the input; without this the promise would never settle.
      terminal.on('close', () => reject(new CliError('Cancelled')));
    });
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}

async function readLine(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    return text.split(/\r?\n/, 1)[0] ?? '';
  } catch {
    throw new CliError('Standard input is not UTF-8 text');
  }
}
