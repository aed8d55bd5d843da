import { AsyncLocalStorage } from 'node:async_hooks';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, type McpRequestContext } from '@modelcontextprotocol/server';
import { type Request, type Response, Router } from 'express';
import { logServerFault } from '../http/error-handler.js';
import { sendRpcError } from '../http/errors.js';
import { allowMethods } from '../http/methods.js';
import { callerOf, localsOf } from '../http/request-locals.js';
import { wellFormedResponse } from '../http/well-formed.js';
import type { Logger } from '../logger.js';
import type { McpAdmission } from './admission.js';
import { negotiated } from './answer-type.js';
import { readCall } from './call.js';
import { createMcpServer, type ServerContent } from './content.js';
import { requestScope, type ServerScope } from './context.js';
import { removeCredentials } from './credentials.js';
import { KEEP_ALIVE_MS } from './listening.js';
import { idOf, MAX_BODY_BYTES, readMessages } from './request-body.js';
import { ScopedAuthInfo } from './request-scopes.js';
import { orUnavailable } from './store-failures.js';
import type { Subscriptions } from './subscriptions.js';
import type { Turns } from './turns.js';

/** Everything the endpoint needs. */
export interface McpEndpointOptions<Services> {
  logger: Logger;
  content: ServerContent<Services>;
  serverScope: ServerScope<Services>;
  admission: McpAdmission;
  turns: Turns;
  /** Serves subscriptions to resources, if any. */
  subscriptions?: Subscriptions | undefined;
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
  const { logger, content, serverScope, admission, turns, subscriptions } = options;
  const failures = new AsyncLocalStorage<{ last?: Error }>();
  const onerror = (error: Error) => {
    logger.debug({ err: error }, 'MCP request refused');
    const failure = failures.getStore();
    if (failure) failure.last = error;
  };
  const serverFor = ({ authInfo, era }: McpRequestContext) =>
    createMcpServer<Services>(
      content,
      ScopedAuthInfo.scopeOf(authInfo),
      subscriptions !== undefined && era === 'modern',
    );
  const handler = createMcpHandler(serverFor, {
    ...(subscriptions && { bus: subscriptions.bus }),
    onerror,
    keepAliveMs: KEEP_ALIVE_MS,
    maxRequestBodySize: MAX_BODY_BYTES,
    // The admission limits them. Beyond a limit of its own, the SDK would answer 200 with an internal error.
    maxSubscriptions: Number.POSITIVE_INFINITY,
  });
  const fetch = negotiated(handler.fetch);
  const answer: typeof fetch = async (request, options) => {
    const { storeFailures = new Map() } = ScopedAuthInfo.scopeOf(options?.authInfo);
    const isBatch = Array.isArray(options?.parsedBody);
    const response = await orUnavailable(await fetch(request, options), storeFailures, isBatch);
    // The SDK promises to keep the connection of a stream, also where the client or a stopping server closes it.
    response.headers.delete('connection');
    return wellFormedResponse(subscriptions ? subscriptions.paced(response) : response);
  };
  const serve = toNodeHandler({ fetch: answer }, { onerror, maxRequestBodySize: MAX_BODY_BYTES });

  const router = Router();
  // Without sessions there is nothing to stream or delete. A 404 would make some clients give up on the server.
  const refuse = (res: Response) =>
    sendRpcError(res, 405, -32000, 'Method not allowed: this endpoint is stateless, send POST');
  router.use(allowMethods(['POST'], { refuse }), admission.beforeBody, ...readMessages);
  router.post('/', async (req: Request, res: Response) => {
    const locals = localsOf(res);
    const caller = callerOf(res);
    if (Array.isArray(req.body) && !mayBatch(req)) {
      const message = 'Send one message at a time: revision 2025-06-18 ended batches';
      return sendRpcError(res, 400, -32600, message);
    }
    const call = readCall(req.body);
    locals.call = call ?? (Array.isArray(req.body) ? { method: 'batch' } : undefined);
    if (!admission.admitBody(res, req.body, call)) return;
    const subscription =
      call?.method === 'subscriptions/listen'
        ? await subscriptions?.open(res, req.body, caller, req.headers.authorization)
        : undefined;
    if (typeof subscription === 'string') return sendRpcError(res, 400, -32602, subscription, idOf(req.body));
    await turns(caller);
    const scope = requestScope(serverScope, { caller, call, logger, requestId: locals.requestId });
    const auth = new ScopedAuthInfo(scope, options.resourceMetadataUrl);
    removeCredentials(req);
    const failure: { last?: Error } = {};
    // Handlers see the address that was requested. Express cuts off where the router is mounted.
    const answered = (body: unknown) =>
      failures.run(failure, () => serve(Object.assign(req, { auth, url: req.originalUrl }), res, body));
    await (subscription ? subscription.run(() => answered(subscription.message)) : answered(req.body));
    // The SDK tells refusals and failures in the same way, and masks the latter. Those of the database are logged.
    if (res.statusCode >= 500 && scope.storeFailures.size === 0)
      logServerFault(logger, failure.last, req, res);
  });
  return {
    router,
    async close() {
      await handler.close();
      await subscriptions?.close();
    },
  };
}

/** Checks whether a request may be a batch: up to revision 2025-03-26, or without a version header. */
function mayBatch(req: Request): boolean {
  return (req.get('Mcp-Protocol-Version') ?? '') < '2025-06-18';
}
