import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, type McpRequestContext } from '@modelcontextprotocol/server';
import express, { type ErrorRequestHandler, type Request, type Response, Router } from 'express';
import { describeRequestFault, isHttpError, sendRpcError } from '../http/errors.js';
import { allowMethods } from '../http/methods.js';
import { callerOf, localsOf } from '../http/request-locals.js';
import type { Logger } from '../logger.js';
import { readCall } from './call.js';
import {
  createMcpServer,
  type ServerContent,
  type ServerDependencies,
  type ServerRequest,
} from './content.js';
import type { RunningCalls } from './running-calls.js';

/** Bytes a request body may have; files never travel through MCP here. */
const MAX_BODY_BYTES = 1024 * 1024;

/** What the endpoint is made of. */
export interface McpEndpointOptions<Services> {
  logger: Logger;
  content: ServerContent<Services>;
  dependencies: ServerDependencies<Services>;
  /** Where calls are counted. Streams that only wait for changes do not count. */
  running: RunningCalls;
  /** For the challenge when a scope is missing. */
  resourceMetadataUrl: string;
}

/** `/mcp`, and what the life cycle needs to know of it. */
export interface McpEndpoint {
  /** Expects the caller in `res.locals`. */
  router: Router;
  /** Ends every stream that waits for changes. */
  close: () => Promise<void>;
}

/** The Streamable HTTP endpoint for both protocol eras: 2026-07-28, and 2024-11-05 to 2025-11-25 without sessions. */
export function createMcpEndpoint<Services>(options: McpEndpointOptions<Services>): McpEndpoint {
  const { logger, content, dependencies, running } = options;
  const onerror = (error: Error) => logger.debug({ err: error }, 'MCP request refused');
  const handler = createMcpHandler(
    ({ authInfo }: McpRequestContext) => createMcpServer(content, dependencies, serverRequestOf(authInfo)),
    { onerror, maxRequestBodySize: MAX_BODY_BYTES },
  );
  const serve = toNodeHandler(handler, { onerror, maxRequestBodySize: MAX_BODY_BYTES });

  const router = Router();
  // No sessions, so nothing to stream or delete; a 404 here would make some clients give up on the server.
  const refuse = (res: Response) =>
    sendRpcError(res, 405, -32000, 'Method not allowed: this endpoint is stateless, send POST');
  router.use(allowMethods(['POST'], { refuse }));
  router.use(express.json({ limit: MAX_BODY_BYTES, strict: false }), bodyFault);
  router.post('/', async (req: Request, res: Response) => {
    const locals = localsOf(res);
    const caller = callerOf(res);
    if (Array.isArray(req.body) && !mayBatch(req)) {
      const message = 'Send one message at a time: revision 2025-06-18 ended batches';
      return sendRpcError(res, 400, -32600, message);
    }
    const call = readCall(req.body);
    locals.call = call ?? (Array.isArray(req.body) ? { method: 'batch' } : undefined);
    const log = logger.child({ requestId: locals.requestId });
    const serverRequest: ServerRequest = { caller, call, log };
    const auth = {
      token: '',
      clientId: caller.clientId,
      scopes: caller.scopes,
      resourceMetadataUrl: options.resourceMetadataUrl,
      extra: { serverRequest },
    };
    if (call?.method !== 'subscriptions/listen') res.once('close', running.begin());
    await serve(Object.assign(req, { auth }), res, req.body);
  });
  return { router, close: () => handler.close() };
}

/** Batches are of revision 2025-03-26 and before; a request without a header may be of these. */
function mayBatch(req: Request): boolean {
  return (req.get('Mcp-Protocol-Version') ?? '') < '2025-06-18';
}

/** What travels beside a request through the SDK, whose own way for that is `authInfo.extra`. */
function serverRequestOf(authInfo: { extra?: Record<string, unknown> } | undefined): ServerRequest {
  return authInfo?.extra?.['serverRequest'] as ServerRequest;
}

/** Body faults in the shape of JSON-RPC. */
const bodyFault: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (!isHttpError(error)) return next(error);
  const message = describeRequestFault(error);
  if (error.type === 'entity.parse.failed') return sendRpcError(res, 400, -32700, `Parse error: ${message}`);
  if (error.status === 413) return sendRpcError(res, 413, -32000, `${message}, the limit is 1 MB`);
  sendRpcError(res, error.status, -32600, message);
};
