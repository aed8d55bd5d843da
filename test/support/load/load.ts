import pg from 'pg';
import { LoadClient, type Pace } from './client.js';
import { Sender, type Tolerance } from './sender.js';

const CLIENTS = 8;

/** As much work as there can be. */
const BUSY: Pace = { pause: 20, writesEvery: 1 };

export interface Load {
  sender: Sender;
  /** Ends the load, and returns everything that is not as the clients were told; empty when all is well. */
  stop: () => Promise<string[]>;
}

/**
 * Lets clients work with replicas of the fixture until they are stopped.
 *
 * @param replicas the addresses that the replicas listen on
 * @param issuer their PUBLIC_URL
 * @param databaseUrl of PostgreSQL, where the ledgers are compared with what is stored; without it, only the API is asked
 */
export function startLoad(
  replicas: string[],
  issuer: string,
  databaseUrl: string | undefined,
  { pace = BUSY, ...tolerance }: Tolerance & { pace?: Pace } = {},
): Load {
  const sender = new Sender(replicas, tolerance);
  const stopped = new AbortController();
  // The server counts the sign-ins of an account that are under way, and these are all of two people.
  const alone = new Map([
    ['ann', inTurn()],
    ['bea', inTurn()],
  ]);
  const clients = Array.from({ length: CLIENTS }, (_, index) => {
    const username = index % 2 === 0 ? 'ann' : 'bea';
    return new LoadClient(sender, issuer, `client ${index}`, username, alone.get(username) ?? inTurn());
  });
  const working = clients.map((client) => client.work(stopped.signal, pace));
  return {
    sender,
    async stop() {
      stopped.abort();
      await Promise.all(working);
      const faults: string[] = [];
      for (const client of clients) faults.push(...(await client.verify()));
      return [
        ...sender.faults,
        ...faults,
        ...(databaseUrl === undefined ? [] : await compare(clients, databaseUrl)),
      ];
    },
  };
}

/** Compares the ledgers with the database. */
async function compare(clients: LoadClient[], databaseUrl: string): Promise<string[]> {
  const database = new pg.Client(databaseUrl);
  await database.connect();
  const faults: string[] = [];
  const counts = async (query: string) => {
    const { rows } = await database.query<{ key: string; count: number }>(query);
    return new Map(rows.map(({ key, count }) => [key, Number(count)]));
  };
  const grants = await counts('select client_id as key, count(*) from grants group by 1');
  const unused = await counts(`
    select client_id as key, count(*) from refresh_tokens join grants on grants.id = grant_id
    where used_at is null group by 1`);
  const registrations = await counts('select client_id as key, count(*) from oauth_clients group by 1');
  const notes = await counts('select text as key, count(*) from notes group by 1');
  for (const client of clients) {
    for (const [clientId, tokens] of client.grants) {
      const expected = tokens === undefined ? 0 : 1;
      const found = {
        registrations: registrations.get(clientId) ?? 0,
        grants: grants.get(clientId) ?? 0,
        unused: unused.get(clientId) ?? 0,
      };
      const isRight = found.registrations === 1 && found.grants === expected && found.unused === expected;
      if (!isRight)
        faults.push(`${client.name} has ${JSON.stringify(found)}, but expects ${expected} (${clientId})`);
    }
    for (const text of client.written)
      if (notes.get(text) !== 1) faults.push(`the note "${text}" exists ${notes.get(text) ?? 0} times`);
  }
  for (const [text, count] of notes) if (count !== 1) faults.push(`the note "${text}" exists ${count} times`);
  await database.end();
  return faults;
}

/** Makes a function that runs one thing after the other. */
function inTurn(): <T>(run: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    const next = last.then(run);
    last = next.catch(() => {});
    return next;
  };
}
