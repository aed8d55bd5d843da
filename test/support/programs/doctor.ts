import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Outcome } from '../../../src/commands/doctor/run.js';
import { freePort, SERVICE_TOKEN } from '../app/port.js';
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy.js';
import { runProgram } from './program.js';
import { FIXTURE_PROGRAMS, startServer } from './server.js';

/** Runs the built doctor as a person does. */
export const doctor = (...args: string[]) => doctorIn({}, ...args);

/** Runs the doctor with these environment variables. */
export const doctorIn = (environment: Record<string, string>, ...args: string[]) =>
  runProgram([join(FIXTURE_PROGRAMS, 'commands/doctor.js'), ...args], environment);

/** Runs the doctor and returns the problems it finds. Its exit code must agree with them. */
export async function problemsOf(...args: string[]) {
  const { out, code } = await doctor(...args, '--json');
  const report = JSON.parse(out) as { problems: number; checks: Outcome[] };
  expect(code).toBe(report.problems === 0 ? 0 : 1);
  return report.checks.flatMap(({ check, problems }) => problems.map((found) => ({ check, ...found })));
}

export interface ProxiedServer {
  proxy: FaultyProxy;
  /** The file with the static token of the server. */
  tokenFile: string;
  stop: () => Promise<void>;
}

/** Starts a healthy server behind a proxy that can have faults. */
export async function startProxiedServer(environment: Record<string, string> = {}): Promise<ProxiedServer> {
  const directory = await mkdtemp(join(tmpdir(), 'mcp-doctor-'));
  const tokenFile = join(directory, 'token');
  await writeFile(tokenFile, `${SERVICE_TOKEN}\n`);
  const proxy = await startFaultyProxy();
  const port = await freePort();
  proxy.forwardTo(port);
  const server = await startServer({
    PORT: String(port),
    PUBLIC_URL: proxy.url,
    // No test asks the hosts of real clients.
    CLIENT_DOCUMENTS: 'off',
    ...environment,
  });
  return {
    proxy,
    tokenFile,
    async stop() {
      await server.stop();
      await proxy.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
