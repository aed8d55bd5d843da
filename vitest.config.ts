import { defineConfig } from 'vitest/config';

/** Tests of what is yours run in this process, so they need no build: `npx vitest run test/tools`. */
const IN_PROCESS = [
  'test/{tools,resources,prompts,accounts,shop}/**/*.test.ts',
  'test/{settings,services}.test.ts',
];

export default defineConfig({
  test: {
    // Tests wait for servers and browsers most of the time, so no core is kept free.
    maxWorkers: '100%',
    // Real servers, browsers and databases on whatever machine runs this; no test waits for the time to pass.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'in-process', include: IN_PROCESS } },
      {
        extends: true,
        test: {
          name: 'built',
          include: ['test/**/*.test.ts'],
          exclude: IN_PROCESS,
          globalSetup: 'test/support/build.ts',
        },
      },
    ],
  },
});
