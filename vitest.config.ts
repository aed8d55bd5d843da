import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/programs/build.ts',
    // Tests wait for servers and browsers most of the time, so no core is kept free.
    maxWorkers: '100%',
    // Real servers, browsers and databases on whatever machine runs this; no test waits for the time to pass.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
