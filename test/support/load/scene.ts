import { setTimeout as elapsed } from 'node:timers/promises';
import { type PauseProxy, startPauseProxy } from '../programs/pause-proxy.js';
import { startPostgres, type TestPostgres } from '../programs/postgres.js';
import { errorsOf, startReplicas, UNDER_LOAD } from '../programs/replicas.js';
import type { TestServer } from '../programs/server.js';
import { type Load, startLoad } from './load.js';
import type { Tolerance } from './sender.js';

/** Two replicas under load, with a network to PostgreSQL that can be lost. */
export interface Scene {
  database: TestPostgres;
  network: PauseProxy;
  replicas: TestServer[];
  load: Load;
  /** Does harm, and tells the clients that they may have to try again. */
  harm: (act: () => Promise<void> | void) => Promise<void>;
  /** Returns the status of `/readyz` at every replica, and the longest time it took, in milliseconds. */
  readiness: () => Promise<{ statuses: number[]; took: number }>;
  /** Returns how long it takes until every replica is ready, in milliseconds. */
  recovery: () => Promise<number>;
  /** Ends the load and everything else. Returns what went wrong, and the replicas that are not the first processes. */
  end: () => Promise<{ faults: string[]; errors: string[]; restarted: number[] }>;
}

/** What went wrong when nothing did. */
export const NO_HARM = { faults: [], errors: [], restarted: [] };

/**
 * Starts the scene.
 *
 * @param environment further settings of the replicas
 * @param tolerance what the clients put up with
 */
export async function startScene(
  environment: Record<string, string> = {},
  tolerance: Tolerance = {},
): Promise<Scene> {
  const database = await startPostgres({ fsync: 'on', max_connections: '60' });
  const network = await startPauseProxy(database.url);
  const replicas = await startReplicas(2, { DATABASE_URL: network.url, ...UNDER_LOAD, ...environment });
  const addresses = replicas.map(({ listening }) => listening);
  const pids = replicas.map(({ process }) => process.pid);
  const load = startLoad(addresses, replicas[0]?.url ?? '', database.url, tolerance);
  const readiness = async () => {
    const began = performance.now();
    const answers = await Promise.all(addresses.map((address) => fetch(`${address}/readyz`)));
    return { statuses: answers.map(({ status }) => status), took: performance.now() - began };
  };
  return {
    database,
    network,
    replicas,
    load,
    async harm(act) {
      load.sender.disturb();
      await act();
      load.sender.disturb();
    },
    readiness,
    async recovery() {
      const began = performance.now();
      while ((await readiness()).statuses.some((status) => status !== 200)) await elapsed(20);
      return performance.now() - began;
    },
    async end() {
      const faults = await load.stop();
      const errors = replicas.flatMap(errorsOf);
      const restarted = replicas.flatMap(({ process: { pid, exitCode, signalCode } }, index) =>
        pid === pids[index] && exitCode === null && signalCode === null ? [] : [index],
      );
      await Promise.all(replicas.map((replica) => replica.stop()));
      await network.stop();
      await database.stop();
      return { faults, errors, restarted };
    },
  };
}
