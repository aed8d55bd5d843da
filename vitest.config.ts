import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/build.ts',
    // Real servers, browsers and databases on whatever machine runs this; no test waits for the time to pass.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
