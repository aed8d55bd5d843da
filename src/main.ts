import { readEnvironment } from './platform/config.js';
import { describeStartFailure } from './platform/lifecycle.js';
import { startServer } from './start.js';

try {
  await startServer(readEnvironment());
} catch (error) {
  console.error(describeStartFailure(error));
  process.exit(1);
}
