import { freePort } from '../app/port.js';
import { startServer, type TestServer } from './server.js';

/** Starts replicas of the fixture on one database. They have one public address, which is where the first listens. */
export async function startReplicas(
  count: number,
  environment: Record<string, string>,
): Promise<TestServer[]> {
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const PUBLIC_URL = `http://localhost:${ports[0]}`;
  return Promise.all(ports.map((port) => startServer({ PUBLIC_URL, PORT: String(port), ...environment })));
}

/** The environment of a replica under load: no limit per address, and room for many notes. */
export const UNDER_LOAD = { RATE_LIMIT_SCALE: '1000', NOTES_LIMIT: '1000' };

/** Returns the log lines of a server that report an error other than a database that cannot work. */
export function errorsOf(server: TestServer): string[] {
  return server
    .output()
    .split('\n')
    .filter((line) => {
      if (line.trim() === '' || !line.startsWith('{')) return false;
      const { level, msg } = JSON.parse(line) as { level: number; msg: string };
      return level >= 50 && msg !== 'unavailable';
    });
}

/** Starts a replica that has ended again, as a supervisor does, on its port. */
export async function restart(
  replicas: TestServer[],
  index: number,
  start: (environment: Record<string, string>) => Promise<TestServer> = startServer,
): Promise<void> {
  const ended = replicas[index];
  if (ended === undefined) throw new Error(`There is no replica ${index}`);
  replicas[index] = await start(ended.environment);
}
