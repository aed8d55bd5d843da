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
  /** Does harm, and waits until the replicas are ready again. Returns how long that took, in milliseconds. */
  harm: (act: () => Promise<void>) => Promise<number>;
  /** Returns the status of `/readyz` at every replica, and the longest time it took, in milliseconds. */
  readiness: () => Promise<{ statuses: number[]; took: number }>;
  /** Ends the load and everything else. Returns what went wrong, and the replicas that are not the first processes. */
  end: () => Promise<{ faults: string[]; errors: string[]; restarted: number[] }>;
}

/** What went wrong when nothing did. */
export const NO_HARM = { faults: [], errors: [], restarted: [] };

/** How long a test with a scene may take, in milliseconds. On an idle machine each is over in less than 30 seconds. */
export const TIMEOUT_MS = 180_000;

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
  return {
    database,
    network,
    replicas,
    load,
    harm: (act) => load.sender.harm(act),
    async readiness() {
      const began = performance.now();
      const answers = await Promise.all(addresses.map((address) => fetch(`${address}/readyz`)));
      return { statuses: answers.map(({ status }) => status), took: performance.now() - began };
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
