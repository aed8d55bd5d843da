import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readAnswer } from '../../../bench/load/connection.js';
import { CARRIED, type Call } from '../../../bench/load/plan.js';
import { runWindow } from '../../../bench/load/run-window.js';
import { startGenerator } from '../../../bench/load/start-generator.js';
import { closeServer, listenLocally } from '../../support/app/port.js';

let server: Server | undefined;
afterEach(async () => {
  if (server) await closeServer(server);
});

/** Answers each request with what is made of its number and body. */
async function serve(answer: (count: number, body: string) => string): Promise<number> {
  let count = 0;
  const listening = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (chunk) => {
      body += chunk;
    });
    req.on('end', () => {
      count += 1;
      res.end(answer(count, body));
    });
  });
  server = listening;
  await listenLocally(listening);
  return (listening.address() as AddressInfo).port;
}

const CALL: Call = { head: 'POST /mcp HTTP/1.1\r\nHost: localhost', body: '{}', expect: '"sides":6' };
const plan = (port: number) => ({
  port,
  call: CALL,
  connections: 4,
  leadIn: 10,
  until: { calls: 100 },
  pid: process.pid,
});

describe('the generator', () => {
  it('counts the answers of the window, without those of the lead-in', async () => {
    let answered = 0;
    const port = await serve((count) => {
      answered = count;
      return '{"sides":6}';
    });
    const { calls, p99Ms, rssMb } = await runWindow(plan(port));
    expect(calls).toBe(100);
    expect(answered).toBeGreaterThanOrEqual(110);
    expect(p99Ms).toBeGreaterThan(0);
    expect(rssMb).toHaveLength(100);
  });

  it('stops at a wrong answer, and shows it', async () => {
    const port = await serve((count) => (count === 50 ? '{"error":"no dice"}' : '{"sides":6}'));
    const generator = startGenerator();
    await expect(generator.run(plan(port))).rejects.toThrow('no dice');
    // It can go on with another server.
    await expect(generator.run(plan(port))).resolves.toMatchObject({ calls: 100 });
    await generator.stop();
  });

  it('stops when the server ends the connection', async () => {
    const port = await serve((count) => {
      if (count === 50) server?.closeAllConnections();
      return '{"sides":6}';
    });
    await expect(runWindow(plan(port))).rejects.toThrow();
  });

  it('sends on each connection what the answer before gave', async () => {
    const seen: string[] = [];
    const port = await serve((count, body) => {
      seen.push(body);
      return `{"sides":6,"next":"${body.slice(-1)}${count}"}`;
    });
    const call = { ...CALL, body: `token=${CARRIED}`, carry: 'next' };
    const window = await runWindow({ ...plan(port), call, connections: 1, carried: ['a'], leadIn: 0 });
    expect(seen.slice(0, 3)).toEqual(['token=a', 'token=a1', 'token=12']);
    expect(window.carried).toEqual(['9100']);
  });
});

describe('an answer', () => {
  const head = 'HTTP/1.1 200 OK\r\nDate: today';

  it.each([
    ['with a length', `${head}\r\nContent-Length: 11\r\n\r\n{"sides":6}`],
    ['in chunks', `${head}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"sid\r\n6\r\nes":6}\r\n0\r\n\r\n`],
  ])('%s is read once all of it has arrived', (_how, whole) => {
    for (let length = 0; length < whole.length; length++)
      expect(readAnswer(whole.slice(0, length))).toBeUndefined();
    expect(readAnswer(whole)).toEqual({ status: 200, body: '{"sides":6}' });
  });
});
