import { readEnvironment } from './platform/config/config.js';
import { describeStartFailure } from './platform/lifecycle.js';
import { startServer } from './platform/start.js';
import server from './server.js';

try {
  await startServer(server, readEnvironment(server.settings));
} catch (error) {
  console.error(describeStartFailure(error));
  process.exit(1);
}
