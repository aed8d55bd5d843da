/** A server of its own for tests of the life cycle: its tool `wait` ends when the process gets SIGUSR2. */
import { once } from 'node:events';
import { createAccounts } from '../../../src/accounts/index.js';
import { brand } from '../../../src/brand.js';
import { createApp } from '../../../src/platform/app.js';
import { readEnvironment } from '../../../src/platform/config/config.js';
import { run } from '../../../src/platform/lifecycle.js';
import { createLogger } from '../../../src/platform/logger.js';
import { defineTool } from '../../../src/platform/mcp/define.js';
import { openStore } from '../../../src/platform/store/database.js';
import { testContent } from '../app/app.js';

const wait = defineTool({
  name: 'wait',
  title: 'Wait',
  description: 'Waits for a signal',
  scopes: ['read'],
  handler: async (_args, { reportProgress, signal }) => {
    signal.addEventListener('abort', () => console.log('tool was told to stop'));
    await reportProgress(0, 1, 'begun');
    const finished = once(process, 'SIGUSR2');
    console.log('tool began');
    await finished;
    return 'finished';
  },
});

const { config } = readEnvironment({});
const logger = createLogger(config);
const store = await openStore('file::memory:');
const app = await createApp({
  config,
  logger,
  store,
  services: {},
  brand,
  content: testContent({ tools: [wait] }),
  accounts: createAccounts(store),
});
await run({ config, logger, store, services: {}, app });
console.log('listening');
