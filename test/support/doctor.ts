import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Outcome } from '../../src/doctor/visit.js';

/** Runs the built doctor as a person does. */
export async function doctor(...args: string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../dist/doctor.js'), ...args], {
    env: { PATH: process.env['PATH'] },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** The problems it finds; its exit code must agree with them. */
export async function problemsOf(...args: string[]) {
  const { out, code } = await doctor(...args, '--json');
  const report = JSON.parse(out) as { problems: number; checks: Outcome[] };
  expect(code).toBe(report.problems === 0 ? 0 : 1);
  return report.checks.flatMap(({ check, problems }) => problems.map((found) => ({ check, ...found })));
}
