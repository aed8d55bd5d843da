import { execFileSync } from 'node:child_process';
import { buildFixture } from './fixture-programs.js';

/** Builds once before all tests that start programs: the example as people start it, and the fixture. */
export default async function setup(): Promise<void> {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  await buildFixture();
}
