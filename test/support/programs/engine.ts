import type { TestProject } from 'vitest/node';
import { startPgBouncer } from './pgbouncer.js';
import { startPostgres } from './postgres.js';

/** Starts the database of a project whose tests run on replicas, with a pooler in front of it in the project `pgbouncer`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres({ max_connections: '300' });
  const pooler = project.name === 'pgbouncer' ? await startPgBouncer(postgres.url) : undefined;
  project.provide('postgres', { direct: postgres.url, url: pooler?.url ?? postgres.url });
  return async () => {
    await pooler?.stop();
    await postgres.stop();
  };
}
