import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CliError } from './output.js';

/**
 * A new password: asked for twice without echo on a terminal, else the first line of standard input. Never an argument,
 * which other users of the machine and the history of the shell would see.
 */
export async function readNewPassword(): Promise<string> {
  if (!process.stdin.isTTY) return readLine();
  const password = await ask('Password: ');
  if ((await ask('Again: ')) !== password) throw new CliError('The two passwords differ');
  return password;
}

async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise((resolve, reject) => {
      terminal.on('SIGINT', () => reject(new CliError('Cancelled')));
      terminal.on('line', resolve);
    });
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}

async function readLine(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
  return text.split(/\r?\n/, 1)[0] ?? '';
}
