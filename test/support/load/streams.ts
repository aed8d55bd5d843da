import { setTimeout as elapsed } from 'node:timers/promises';
import { subscribed } from '../app/listen.js';
import { openStream } from '../app/sse.js';

/** How many streams of each transport are open at a time. */
const OPEN = 10;

/** How often one of each is opened, and the oldest dropped, in milliseconds. */
const EVERY_MS = 500;

/** Streams that come and go. */
export interface Streams {
  /** How many there were, and how often one was told of a change. */
  counts: { opened: number; told: number };
  /** Drops all. Returns what went wrong. */
  stop: () => Promise<string[]>;
}

/** Opens streams of both transports at the replicas in turn, uses each once, and drops it a while later. */
export function startStreams(replicas: string[], uris: string[]): Streams {
  const counts = { opened: 0, told: 0 };
  const faults: string[] = [];
  const open: { drop: () => void }[] = [];
  let isOver = false;

  async function subscribe(replica: string): Promise<void> {
    const stream = await subscribed(`${replica}/mcp`, uris);
    open.push(stream);
    if (stream.acknowledged === undefined) throw new Error(`no stream: ${stream.response.status}`);
    void (async () => {
      while ((await stream.next()) !== undefined) counts.told += 1;
    })();
  }

  async function call(replica: string): Promise<void> {
    const stream = await openStream(replica);
    open.push(stream);
    await stream.send({ id: 1, method: 'tools/call', params: { name: 'read_notes', arguments: {} } });
    const received = await stream.read('"id":1');
    if (!received.includes('"result"')) throw new Error(`no answer on /sse: ${received}`);
  }

  async function work(): Promise<void> {
    for (let turn = 0; !isOver; turn += 1) {
      const replica = replicas[turn % replicas.length] ?? '';
      for (const begin of [subscribe, call]) {
        await begin(replica).then(
          () => {
            counts.opened += 1;
          },
          (error: unknown) => void faults.push(String(error)),
        );
      }
      while (open.length > 2 * OPEN) open.shift()?.drop();
      await elapsed(EVERY_MS);
    }
  }
  const working = work();
  return {
    counts,
    async stop() {
      isOver = true;
      await working;
      for (const { drop } of open) drop();
      return faults;
    },
  };
}
