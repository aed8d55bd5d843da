import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLineWriter, type LineWriter } from '../../src/platform/line-writer.js';
import { endWithTests } from '../support/programs/processes.js';

let directory: string;
let open: number[];
let lost: number[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcp-lines-'));
  open = [];
  lost = [];
});
afterEach(async () => {
  vi.useRealTimers();
  for (const fd of open) closeSync(fd);
  await rm(directory, { recursive: true });
});

/** Opens a pipe, as standard output often is one, and makes a writer for its end. */
function openPipe(maxWaiting?: number): { writer: LineWriter; reader: number } {
  const path = join(directory, 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  open.push(reader, fd);
  return { writer: createLineWriter(fd, (lines) => void lost.push(lines), maxWaiting), reader };
}

/** Reads whatever is in a pipe now. */
function read(reader: number): string {
  const parts: Buffer[] = [];
  for (;;) {
    const part = Buffer.alloc(65_536);
    try {
      const length = readSync(reader, part);
      if (length === 0) break;
      parts.push(part.subarray(0, length));
    } catch {
      break;
    }
  }
  return Buffer.concat(parts).toString();
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index} é\n`);

it('the first line is written at once, and many come in order', async () => {
  const path = join(directory, 'file');
  const fd = openSync(path, 'a');
  open.push(fd);
  const writer = createLineWriter(fd, () => {});
  const [first = '', ...others] = numbered(5000);
  writer.write(first);
  expect(readFileSync(path, 'utf8')).toBe(first);
  for (const line of others) writer.write(line);
  await expect.poll(() => readFileSync(path, 'utf8')).toBe(first + others.join(''));
});

it('lines wait for a reader that is slow, and none is lost', async () => {
  const { writer, reader } = openPipe();
  const lines = numbered(20_000);
  for (const line of lines) writer.write(line);
  let text = '';
  await expect
    .poll(() => {
      text += read(reader);
      return text.length;
    })
    .toBe(lines.join('').length);
  expect(text).toBe(lines.join(''));
  expect(lost).toEqual([]);
});

it('what a reader leaves is bounded, and how many lines were lost is told once it reads again', async () => {
  const { writer, reader } = openPipe(200_000);
  const line = `${'x'.repeat(50_000)}\n`;
  for (let index = 0; index < 20; index += 1) writer.write(line);
  let length = 0;
  await expect
    .poll(() => {
      length += read(reader).length;
      return lost.map((lines) => length + lines * line.length);
    })
    .toEqual([20 * line.length]);
  expect(lost[0]).toBeGreaterThan(0);
});

it('what was left over from the last write counts among what waits', () => {
  vi.useFakeTimers();
  const { writer, reader } = openPipe(200_000);
  const write = () => {
    for (let index = 0; index < 20; index += 1) writer.write(`${'x'.repeat(50_000)}\n`);
  };
  write();
  const inPipe = read(reader).length;
  vi.advanceTimersByTime(20);
  write();
  let waiting = 0;
  for (let part = read(reader); part !== ''; part = read(reader)) {
    waiting += part.length;
    vi.advanceTimersByTime(20);
  }
  expect(waiting).toBeGreaterThan(inPipe);
  expect(waiting).toBeLessThanOrEqual(200_000 + inPipe);
});

it('what is waiting is written when asked for, while another process makes room for it', async () => {
  const { writer } = openPipe();
  // More than a pipe holds.
  const text = numbered(20_000).join('');
  const copy = join(directory, 'copy');
  const script = 'echo ready; head -c "$1" "$0" > "$2"';
  const paths = [join(directory, 'pipe'), String(Buffer.byteLength(text)), copy];
  const copying = endWithTests(spawn('sh', ['-c', script, ...paths]));
  const copied = once(copying, 'exit');
  await once(copying.stdout, 'data');
  writer.write(text);
  writer.flushSync();
  await copied;
  expect(readFileSync(copy, 'utf8')).toBe(text);
});

it('a reader that is gone ends the writing, and nothing else', () => {
  const { writer, reader } = openPipe();
  writer.write('read\n');
  expect(read(reader)).toBe('read\n');
  closeSync(reader);
  open.splice(open.indexOf(reader), 1);
  for (const line of numbered(5000)) writer.write(line);
  writer.flushSync();
});
