/** Starts as `main.ts` does, with services that cannot be made. */
import { readEnvironment } from '../../src/platform/config/config.js';
import { defineServer } from '../../src/platform/define-server.js';
import { describeStartFailure } from '../../src/platform/lifecycle.js';
import { startServer } from '../../src/platform/start.js';
import server from '../../src/server.js';

const failing = defineServer({
  ...server,
  services: () => {
    throw new Error('The booking system answers\n  with 500');
  },
});
try {
  await startServer(failing, readEnvironment(failing.settings));
} catch (error) {
  console.error(describeStartFailure(error));
  process.exit(1);
}
