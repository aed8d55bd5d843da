import { configDefaults, defineConfig } from 'vitest/config';

/**
 * Tests of these folders start programs, which are built before. The others share a process, and what it has loaded: each
 * must leave it as it was.
 */
const PROGRAMS = ['test/**/{browser,commands,conformance,deploy,docs,e2e,fork,scripts}/**/*.test.ts'];

export default defineConfig({
  test: {
    exclude: [...configDefaults.exclude, 'test/fork/templates/**'],
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
    ],
  },
});
