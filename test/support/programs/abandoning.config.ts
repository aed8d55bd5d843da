import { defineConfig } from 'vitest/config';

/** For a run of `abandoning.ts` alone; what it starts is built already. */
export default defineConfig({
  test: { include: ['test/support/programs/abandoning.ts'], hookTimeout: 120_000 },
});
