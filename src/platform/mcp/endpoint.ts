import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, type McpRequestContext } from '@modelcontextprotocol/server';
import express, { type ErrorRequestHandler, type Request, type Response, Router } from 'express';
import type { Caller } from '../caller.js';
import { describeRequestFault, isHttpError, sendRpcError } from '../http/errors.js';
import type { RequestLocals } from '../http/request-log.js';
import type { Logger } from '../logger.js';
import { readCall } from './call.js';
import {
  createMcpServer,
  type ServerContent,
  type ServerDependencies,
  type ServerRequest,
} from './content.js';

/** Bytes a request body may have; files never travel through MCP here. */
const MAX_BODY_BYTES = 1024 * 1024;

/** What the endpoint is made of. */
export interface McpEndpointOptions {
  logger: Logger;
  content: ServerContent;
  dependencies: ServerDependencies;
  /** For the challenge when a scope is missing. */
  resourceMetadataUrl: string;
}

/** `/mcp`, and what the life cycle needs to know of it. */
export interface McpEndpoint {
  /** Expects the caller in `res.locals`. */
  router: Router;
  /** Resolves once no call is running. Streams that only wait for changes do not count. */
  idle: () => Promise<void>;
  /** Ends every stream that waits for changes. */
  close: () => Promise<void>;
}

/** The Streamable HTTP endpoint for both protocol eras: 2026-07-28, and 2024-11-05 to 2025-11-25 without sessions. */
export function createMcpEndpoint(options: McpEndpointOptions): McpEndpoint {
  const { logger, content, dependencies } = options;
  const onerror = (error: Error) => logger.debug({ err: error }, 'MCP request refused');
  const handler = createMcpHandler(
    ({ authInfo }: McpRequestContext) => createMcpServer(content, dependencies, passengerOf(authInfo)),
    { onerror, maxRequestBodySize: MAX_BODY_BYTES },
  );
  const serve = toNodeHandler(handler, { onerror, maxRequestBodySize: MAX_BODY_BYTES });
  const running = createCallCounter();

  const router = Router();
  router.use((req, res, next) => {
    if (req.method === 'POST') return next();
    // No sessions, so nothing to stream or delete; a 404 here would make some clients give up on the server.
    res.set('Allow', 'POST, OPTIONS');
    sendRpcError(res, 405, -32000, 'Method not allowed: this endpoint is stateless, send POST');
  });
  router.use(express.json({ limit: MAX_BODY_BYTES, strict: false }), bodyFault);
  router.post('/', async (req: Request, res: Response) => {
    const locals = res.locals as RequestLocals & { caller: Caller };
    if (Array.isArray(req.body) && !mayBatch(req)) {
      const message = 'Send one message at a time: revision 2025-06-18 ended batches';
      return sendRpcError(res, 400, -32600, message);
    }
    const call = readCall(req.body);
    locals.call = call ?? (Array.isArray(req.body) ? { method: 'batch' } : undefined);
    const log = logger.child({ requestId: locals.requestId });
    const passenger: ServerRequest = { caller: locals.caller, call, log };
    const auth = {
      token: '',
      clientId: locals.caller.clientId,
      scopes: locals.caller.scopes,
      resourceMetadataUrl: options.resourceMetadataUrl,
      extra: { passenger },
    };
    if (call?.method !== 'subscriptions/listen') running.add(res);
    await serve(Object.assign(req, { auth }), res, req.body);
  });
  return { router, idle: running.idle, close: () => handler.close() };
}

/** Batches are of revision 2025-03-26 and before; a request without a header may be of these. */
function mayBatch(req: Request): boolean {
  return (req.get('Mcp-Protocol-Version') ?? '') < '2025-06-18';
}

/** What travels beside a request through the SDK, whose own way for that is `authInfo.extra`. */
function passengerOf(authInfo: { extra?: Record<string, unknown> } | undefined): ServerRequest {
  return authInfo?.extra?.['passenger'] as ServerRequest;
}

/** Body faults in the shape of JSON-RPC. */
const bodyFault: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (!isHttpError(error)) return next(error);
  const message = describeRequestFault(error);
  if (error.type === 'entity.parse.failed') return sendRpcError(res, 400, -32700, `Parse error: ${message}`);
  if (error.status === 413) return sendRpcError(res, 413, -32000, `${message}, the limit is 1 MB`);
  sendRpcError(res, error.status, -32600, message);
};

/** Counts answers that are still to be finished. */
function createCallCounter() {
  const open = new Set<Response>();
  let waiting: (() => void)[] = [];
  return {
    add(res: Response): void {
      open.add(res);
      res.once('close', () => {
        open.delete(res);
        if (open.size > 0) return;
        for (const resolve of waiting) resolve();
        waiting = [];
      });
    },
    idle: (): Promise<void> =>
      open.size === 0 ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve)),
  };
}
