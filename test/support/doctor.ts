import { expect } from 'vitest';
import type { Outcome } from '../../src/doctor/visit.js';
import { runProgram } from './program.js';

/** Runs the built doctor as a person does. */
export const doctor = (...args: string[]) => runProgram('doctor.js', args);

/** The problems it finds; its exit code must agree with them. */
export async function problemsOf(...args: string[]) {
  const { out, code } = await doctor(...args, '--json');
  const report = JSON.parse(out) as { problems: number; checks: Outcome[] };
  expect(code).toBe(report.problems === 0 ? 0 : 1);
  return report.checks.flatMap(({ check, problems }) => problems.map((found) => ({ check, ...found })));
}
