import { toNodeHandler } from '@modelcontextprotocol/node';
import { type AuthInfo, createMcpHandler } from '@modelcontextprotocol/server';
import express, { type ErrorRequestHandler, type Request, type Response, Router } from 'express';
import { describeRequestFault, isHttpError, sendRpcError } from '../http/errors.js';
import { allowMethods } from '../http/methods.js';
import { callerOf, localsOf } from '../http/request-locals.js';
import { wellFormedBody, wellFormedResponse } from '../http/well-formed.js';
import type { Logger } from '../logger.js';
import { negotiated } from './answer-type.js';
import { readCall } from './call.js';
import { createMcpServer, type ServerContent } from './content.js';
import type { RequestScope, ServerScope } from './context.js';
import { removeCredentials } from './credentials.js';
import type { RunningCalls } from './running-calls.js';

/** The maximum size of a request body, in bytes. Files never travel through MCP here. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Everything the endpoint needs. */
export interface McpEndpointOptions<Services> {
  logger: Logger;
  content: ServerContent<Services>;
  serverScope: ServerScope<Services>;
  /** Counts running calls. Streams that only wait for changes do not count. */
  running: RunningCalls;
  /** Named by the challenge when a scope is missing. */
  resourceMetadataUrl: string;
}

/** The routes of `/mcp`, and how to close it. */
export interface McpEndpoint {
  /** Expects the caller in the request's locals. */
  router: Router;
  /** Ends every stream that waits for changes. */
  close: () => Promise<void>;
}

/** Creates the stateless Streamable HTTP endpoint for revision 2026-07-28, and for 2024-11-05 to 2025-11-25. */
export function createMcpEndpoint<Services>(options: McpEndpointOptions<Services>): McpEndpoint {
  const { logger, content, serverScope, running } = options;
  const requests = createRequestScopes<Services>();
  const onerror = (error: Error) => logger.debug({ err: error }, 'MCP request refused');
  const handler = createMcpHandler(({ authInfo }) => createMcpServer(content, requests.scopeOf(authInfo)), {
    onerror,
    maxRequestBodySize: MAX_BODY_BYTES,
  });
  const fetch = negotiated(handler.fetch);
  const answer = async (...request: Parameters<typeof fetch>) => wellFormedResponse(await fetch(...request));
  const serve = toNodeHandler({ fetch: answer }, { onerror, maxRequestBodySize: MAX_BODY_BYTES });

  const router = Router();
  // Without sessions there is nothing to stream or delete. A 404 would make some clients give up on the server.
  const refuse = (res: Response) =>
    sendRpcError(res, 405, -32000, 'Method not allowed: this endpoint is stateless, send POST');
  router.use(allowMethods(['POST'], { refuse }));
  router.use(express.json({ limit: MAX_BODY_BYTES, strict: false }), wellFormedBody, bodyFault);
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
    const auth = requests.authInfoFor({ ...serverScope, caller, log, call }, options.resourceMetadataUrl);
    if (call?.method !== 'subscriptions/listen') res.once('close', running.begin());
    removeCredentials(req);
    await serve(Object.assign(req, { auth }), res, req.body);
  });
  return { router, close: () => handler.close() };
}

/** Checks whether a request may be a batch: up to revision 2025-03-26, or without a version header. */
function mayBatch(req: Request): boolean {
  return (req.get('Mcp-Protocol-Version') ?? '') < '2025-06-18';
}

/**
 * Carries the scope of a request through the SDK. The SDK passes on the request's own `AuthInfo` object, so that object
 * serves as the key.
 */
function createRequestScopes<Services>() {
  const scopes = new WeakMap<AuthInfo, RequestScope<Services>>();
  return {
    /** Returns an `AuthInfo` without the token, because handlers can read it. */
    authInfoFor(scope: RequestScope<Services>, resourceMetadataUrl: string): AuthInfo {
      const { clientId, scopes: granted } = scope.caller;
      const authInfo = { token: '', clientId, scopes: granted, resourceMetadataUrl };
      scopes.set(authInfo, scope);
      return authInfo;
    },
    scopeOf(authInfo: AuthInfo | undefined): RequestScope<Services> {
      const scope = authInfo && scopes.get(authInfo);
      if (scope === undefined) throw new Error('The SDK did not pass on the AuthInfo of a request');
      return scope;
    },
  };
}

/** Answers body faults with JSON-RPC errors. */
const bodyFault: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (!isHttpError(error)) return next(error);
  const message = describeRequestFault(error);
  if (error.type === 'entity.parse.failed') return sendRpcError(res, 400, -32700, `Parse error: ${message}`);
  if (error.status === 413) return sendRpcError(res, 413, -32000, `${message}, the limit is 1 MB`);
  sendRpcError(res, error.status, -32600, message);
};
