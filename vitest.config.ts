import { configDefaults, defineConfig } from 'vitest/config';

/**
 * Tests of these folders start programs, which are built before. The others share a process, and what it has loaded: each
 * must leave it as it was.
 */
const PROGRAMS = ['test/**/{browser,commands,conformance,deploy,docs,e2e,fork,scripts}/**/*.test.ts'];

/** The tests of signing in and of tools. They run on a file, and again on replicas that share PostgreSQL. */
const ON_REPLICAS = [
  'test/platform/{auth,mcp,oauth}/**/*.test.ts',
  'test/{accounts,prompts,resources,shop,tools,wild}/**/*.test.ts',
  'test/{platform/app,services}.test.ts',
];

/**
 * What the Node of the image cannot affect: pages run in Chromium, scripts and documents are not in the image, and the
 * short command line tests start the same program as the long ones. `.ci/run` leaves these out of its second run, by
 * `IMAGE_NODE=1`; Vitest applies `--exclude` to no project.
 */
const SAME_ON_EVERY_NODE = [
  'test/**/{browser,conformance,docs,fork,scripts}/**',
  'test/platform/commands/cli/{empty,used,tokens-and-keys}.test.ts',
  'test/platform/e2e/abandoned-programs.test.ts',
];
const leftOut = process.env['IMAGE_NODE'] === '1' ? SAME_ON_EVERY_NODE : [];

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
      ...['postgres', 'pgbouncer'].map((name) => ({
        extends: true as const,
        test: {
          name,
          include: ON_REPLICAS,
          exclude: [...PROGRAMS, '**/postgres.test.ts'],
          isolate: false,
          globalSetup: 'test/support/programs/engine.ts',
        },
      })),
    ],
  },
});
