import { setTimeout as elapsed } from 'node:timers/promises';
import pg from 'pg';
import { expect, it } from 'vitest';
import { SERVICE_TOKEN } from '../../support/app/port.js';
import { Sender } from '../../support/load/sender.js';
import { postgresProgram, startPostgres } from '../../support/programs/postgres.js';
import { errorsOf, restart } from '../../support/programs/replicas.js';
import { startExample } from '../../support/programs/server.js';

/** More than can be cancelled while the test runs. */
const ADD_ORDERS = `
  insert into orders (id, username, product_id, quantity, status, ordered_at)
  select 'ORD-X' || number, 'alice', 'lamp-arc', 2, 'processing', 1790000000 from generate_series(1, 20000) as number`;

const STATE = `
  select stock, (select count(*) from orders where id like 'ORD-X%' and status = 'cancelled') as cancelled
  from products where id = 'lamp-arc'`;

it.skipIf(postgresProgram === undefined)(
  'no order is lost or cancelled twice while PostgreSQL and a server are killed, and each call is tried again once',
  async () => {
    const database = await startPostgres({ fsync: 'on' });
    const environment = { DATABASE_URL: database.url };
    const servers = await Promise.all([startExample(environment), startExample(environment)]);
    const read = async <Row>(query: string): Promise<Row[]> => {
      const client = new pg.Client(database.url);
      await client.connect();
      const { rows } = await client.query(query);
      await client.end();
      return rows as Row[];
    };
    await read(ADD_ORDERS);
    const [before] = await read<{ stock: number }>(STATE);

    const sender = new Sender(
      servers.map(({ listening }) => listening),
      { cuts: true },
    );
    const cancel = async (order_id: string) => {
      const params = { name: 'cancel_order', arguments: { order_id, confirm: true } };
      const answer = await sender.send('/mcp', {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${SERVICE_TOKEN}`,
          'Content-Type': 'application/json',
          Accept: 'application/json, text/event-stream',
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
      });
      return /"outcome":"(\w+)"/.exec(answer?.body ?? '')?.[1];
    };
    const told: string[][] = [];
    let asked = 0;
    let isOver = false;
    const work = async () => {
      while (!isOver) {
        asked += 1;
        const id = `ORD-X${asked}`;
        // One on each server.
        const outcomes = await Promise.all([cancel(id), cancel(id)]);
        told.push(outcomes.map(String).toSorted());
        await elapsed(20);
      }
    };
    const workers = Array.from({ length: 6 }, work);

    for (let round = 0; round < 3; round += 1) {
      await elapsed(1000);
      await sender.harm(async () => {
        await database.kill();
        await database.start();
      });
    }
    for (const index of [0, 1]) {
      await elapsed(1000);
      await sender.harm(async () => {
        servers[index]?.process.kill('SIGKILL');
        await servers[index]?.exited;
        await restart(servers, index, startExample);
      });
    }
    await elapsed(1000);
    isOver = true;
    await Promise.all(workers);

    expect(sender.faults).toEqual([]);
    expect(servers.flatMap(errorsOf)).toEqual([]);
    expect(sender.counts.putOff).toBeGreaterThan(0);
    const kinds = new Set(told.map((outcomes) => outcomes.join()));
    // Whoever tries again after a commit whose answer was lost is told that the order is cancelled already.
    for (const kind of kinds)
      expect(['already_cancelled,cancelled', 'already_cancelled,already_cancelled']).toContain(kind);
    const [after] = await read<{ stock: number; cancelled: string }>(STATE);
    expect(after).toEqual({ cancelled: String(asked), stock: (before?.stock ?? 0) + 2 * asked });
    await Promise.all(servers.map((server) => server.stop()));
    await database.stop();
  },
  120_000,
);
