import { createServer } from 'node:http';
import express from 'express';
import { onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import type { Caller } from '../../../src/platform/caller.js';
import { parseConfig } from '../../../src/platform/config/config.js';
import { createLogger } from '../../../src/platform/logger.js';
import { createServerScope } from '../../../src/platform/mcp/context.js';
import { defineTool } from '../../../src/platform/mcp/define.js';
import { createListenCheck } from '../../../src/platform/mcp/listening.js';
import { createRunningCalls } from '../../../src/platform/mcp/running-calls.js';
import { createSseEndpoint } from '../../../src/platform/mcp/sse-endpoint.js';
import { createTurns } from '../../../src/platform/mcp/turns.js';
import { openStore } from '../../../src/platform/store/database.js';
import { testContent } from './app.js';
import { closeServer, listenLocally } from './port.js';

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Makes a tool that runs until it is released or cancelled. */
export function waitingTool() {
  const begun = deferred<AbortSignal>();
  const released = deferred<void>();
  const tool = defineTool({
    name: 'wait',
    title: 'Wait',
    description: 'Waits',
    scopes: ['notes:read'],
    handler: async (_args, { signal }) => {
      begun.resolve(signal);
      await released.promise;
      return 'finished';
    },
  });
  return { tool, begun: begun.promise, release: () => released.resolve() };
}

const long = defineTool({
  name: 'long',
  title: 'Long',
  description: 'A long text',
  inputSchema: z.object({ length: z.number() }),
  scopes: ['notes:read'],
  handler: ({ length }) => 'x'.repeat(length),
});

export const ann: Caller = { kind: 'user', id: 'ann', name: 'Ann', scopes: ['notes:read'], clientId: 'one' };

/** Starts only the endpoint, until the test ends. Callers identify themselves by JSON in the Authorization header. */
export async function startSseEndpoint({
  tools = [long],
  maxStreams = 10,
  environment = {},
}: {
  tools?: unknown[];
  maxStreams?: number;
  environment?: Record<string, string>;
} = {}) {
  const config = parseConfig({ LOG_LEVEL: 'silent', ...environment });
  const store = await openStore('file::memory:');
  const running = createRunningCalls(config);
  const revoked = new Set<string>();
  const identify = vi.fn(async (header = '') =>
    revoked.has(header) ? undefined : { caller: JSON.parse(header) as Caller },
  );
  const logger = createLogger(config);
  const sse = createSseEndpoint({
    logger,
    content: testContent({ tools: tools as never }),
    serverScope: await createServerScope(config, store, {}),
    running,
    streams: createRunningCalls({ ...config, maxInAll: maxStreams }),
    turns: createTurns(),
    mayListen: createListenCheck({ identify, logger }),
  });
  const app = express();
  app.use(async (req, res, next) => {
    Object.assign(res.locals, { requestId: 'r', ...(await identify(req.headers.authorization)) });
    next();
  });
  app.use(sse.router);
  const server = createServer(app);
  const url = `http://127.0.0.1:${await listenLocally(server)}`;
  onTestFinished(async () => {
    await closeServer(server);
    await store.destroy();
  });
  const as = (changes: Partial<Caller> = {}) => ({ Authorization: JSON.stringify({ ...ann, ...changes }) });
  return { url, sse, running, revoked, identify, as };
}
