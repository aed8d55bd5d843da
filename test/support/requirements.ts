import { existsSync } from 'node:fs';

/** Programs that parts of the suite need, where they usually are, and how to get them. */
const programs = {
  chromium: {
    paths: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
    install: 'apt-get install chromium',
  },
  nginx: { paths: ['/usr/sbin/nginx', '/usr/bin/nginx'], install: 'apt-get install nginx' },
  postgres: {
    paths: ['15', '16', '17', '18'].map((version) => `/usr/lib/postgresql/${version}/bin/postgres`),
    install: 'apt-get install postgresql',
  },
};

/**
 * Finds a program outside Node. Where it is missing, says in one line what is skipped and how to get it; with
 * `REQUIRE_ALL=1` a missing program is a failure.
 *
 * @returns its path, or `undefined` for use with `describe.skipIf`
 */
export function findProgram(name: keyof typeof programs, whatFor: string): string | undefined {
  const { paths, install } = programs[name];
  const found = paths.find((path) => existsSync(path));
  if (found !== undefined) return found;
  const message = `${whatFor} skipped: ${name} is not installed, get it with: ${install}`;
  if (process.env['REQUIRE_ALL'] === '1') throw new Error(message);
  console.warn(message);
  return undefined;
}
