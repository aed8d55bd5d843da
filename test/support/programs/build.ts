import { execFileSync } from 'node:child_process';
import { buildFixture } from './fixture-programs.js';

/** Builds the example and the fixture, once, before all tests that start programs. */
export default async function setup(): Promise<void> {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  await buildFixture();
}
