import { configDefaults, defineConfig } from 'vitest/config';
import { findProgram } from './test/support/programs/requirements.js';

/**
 * Tests of these folders start programs, which are built before. The others share a process, and what it has loaded: each
 * must leave it as it was.
 */
const PROGRAMS = ['test/**/{browser,commands,conformance,deploy,docs,e2e,fork,scripts}/**/*.test.ts'];

/**
 * The tests of signing in and of tools. They run with one server on a file, in the project `unit`, and again with replicas
 * that share PostgreSQL, directly or through PgBouncer. CONTRIBUTING.md says how.
 */
const ON_REPLICAS = [
  'test/platform/{auth,changes,mcp,oauth}/**/*.test.ts',
  'test/{accounts,prompts,resources,shop,tools,wild}/**/*.test.ts',
  'test/{platform/app,services}.test.ts',
];

/** Tests that start a PostgreSQL server of their own, whatever the project. */
const OWN_POSTGRES = '**/postgres.test.ts';

/**
 * What the Node of the image cannot affect: pages run in Chromium, scripts and documents are not in the image, the short
 * command line tests start the same program as the long ones, and some show what PostgreSQL, nginx or Kubernetes do.
 * `.ci/run` leaves these out of its second run, by `IMAGE_NODE=1`; Vitest applies `--exclude` to no project.
 */
const SAME_ON_EVERY_NODE = [
  'test/**/{browser,conformance,docs,fork,scripts}/**',
  'test/platform/commands/cli/{databases,empty,used,tokens-and-keys}.test.ts',
  'test/platform/e2e/{abandoned-programs,lock-order,nginx-names,races,starts}.test.ts',
  'test/**/e2e/{moving,outage,outage-*}.test.ts',
  'test/platform/store/copy/**',
  'test/platform/oauth/clients/registered-clients.test.ts',
  'test/deploy/kubernetes.test.ts',
];
const onImageNode = process.env['IMAGE_NODE'] === '1';
const leftOut = onImageNode ? SAME_ON_EVERY_NODE : [];

/** The projects on replicas, and the programs they need. What the engine does is the same on every Node. */
const ENGINES = { postgres: ['postgres'], pgbouncer: ['postgres', 'pgbouncer'] } as const;
const isThere = (program: 'postgres' | 'pgbouncer') =>
  findProgram(program, 'Tests of signing in and of tools on replicas are') !== undefined;
const engines = onImageNode
  ? []
  : Object.entries(ENGINES).flatMap(([name, programs]) => (programs.every(isThere) ? [name] : []));

/**
 * Where the fast lane is off, unless the environment says otherwise. The same tests run with it in the project `postgres`,
 * and what runs on one server does without it in the second run of `.ci/run`.
 */
const withoutLane = { FAST_LANE: process.env['FAST_LANE'] ?? 'off' };

export default defineConfig({
  test: {
    exclude: [...configDefaults.exclude, 'test/fork/templates/**', ...leftOut],
    // Tests wait for servers and browsers most of the time, so no core is kept free.
    maxWorkers: '100%',
    // Real servers, browsers and databases on whatever machine runs this; no test waits for the time to pass.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: PROGRAMS, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'programs',
          include: PROGRAMS,
          globalSetup: 'test/support/programs/build.ts',
        },
      },
      ...engines.map((name) => ({
        extends: true as const,
        test: {
          name,
          include: ON_REPLICAS,
          exclude: [...PROGRAMS, OWN_POSTGRES],
          isolate: false,
          env: name === 'pgbouncer' ? withoutLane : {},
          globalSetup: 'test/support/programs/engine.ts',
        },
      })),
    ],
  },
});
