import { cpuMsOf, rssMbOf } from '../usage.js';
import { Connection, type RawAnswer } from './connection.js';
import { CARRIED, type Call, type Plan, type Window } from './plan.js';

/** How often memory is read in a window that ends after a number of calls. */
const MEMORY_READINGS = 200;

/**
 * Keeps every connection busy until the window is over.
 *
 * @throws at the first answer that is not right, and when a connection ends
 */
export async function runWindow(plan: Plan): Promise<Window> {
  const { call, connections, leadIn, until, pid } = plan;
  const carried = [...(plan.carried ?? [])];
  const times: number[] = [];
  const rssMb: number[] = [];
  const lastCall = 'calls' in until ? until.calls : Number.POSITIVE_INFINITY;
  const readingEvery = Math.ceil(lastCall / MEMORY_READINGS);
  let before = 0;
  let began = Number.NaN;
  let ended = Number.NaN;
  let cpuMs: number | undefined;
  let isOver = false;

  const begin = () => {
    cpuMs = cpuMsOf(pid);
    began = performance.now();
  };
  const end = (now: number) => {
    isOver = true;
    ended = now;
    const used = cpuMsOf(pid);
    cpuMs = used === undefined || cpuMs === undefined ? undefined : used - cpuMs;
  };
  const count = (now: number, took: number) => {
    if (Number.isNaN(began)) {
      before += 1;
      if (before >= leadIn) begin();
      return;
    }
    times.push(took);
    if (times.length % readingEvery === 0) rssMb.push(rssMbOf(pid) ?? Number.NaN);
    if ('calls' in until ? times.length >= until.calls : now - began >= until.ms) end(now);
  };
  const work = async (index: number) => {
    const connection = new Connection(plan.port);
    const fixed = requestOf(call, '');
    try {
      while (!isOver) {
        const sent = performance.now();
        const answer = await connection.send(
          call.carry === undefined ? fixed : requestOf(call, carried[index] ?? ''),
        );
        checkAnswer(call, answer);
        if (call.carry !== undefined) carried[index] = memberOf(answer.body, call.carry);
        const now = performance.now();
        // What was under way when the window ended does not count.
        if (!isOver) count(now, now - sent);
      }
    } catch (error) {
      isOver = true;
      throw error;
    } finally {
      connection.close();
    }
  };
  if (leadIn === 0) begin();
  await Promise.all(Array.from({ length: connections }, (_, index) => work(index)));
  return { calls: times.length, ms: ended - began, cpuMs, p99Ms: p99Of(times), rssMb, carried };
}

/** Makes the bytes of a request. */
export function requestOf({ head, body, carry }: Call, carried: string): string {
  const sent = carry === undefined ? body : body.replace(CARRIED, carried);
  return sent === '' ? `${head}\r\n\r\n` : `${head}\r\nContent-Length: ${sent.length}\r\n\r\n${sent}`;
}

/** @throws when an answer is not the expected one */
export function checkAnswer({ expect, head }: Call, { status, body }: RawAnswer): void {
  if (status === 200 && body.includes(expect)) return;
  const line = head.slice(0, head.indexOf('\r\n'));
  throw new Error(`Wrong answer to ${line}: ${status} ${body.slice(0, 500)}`);
}

function memberOf(body: string, name: string): string {
  return new RegExp(`"${name}":"([^"]+)"`).exec(body)?.[1] ?? '';
}

function p99Of(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(0.99 * (times.length - 1))] ?? Number.NaN;
}
