import { execFileSync } from 'node:child_process';

/** Builds once before all tests: end-to-end tests start what people start. */
export default function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
