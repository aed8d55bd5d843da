import { defineConfig } from 'vitest/config';

/** For a run of `abandoning.ts` alone. The programs it starts are already built. */
export default defineConfig({
  test: { include: ['test/support/programs/abandoning.ts'], hookTimeout: 120_000 },
});
