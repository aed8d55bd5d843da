import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import type { McpServer, Transport } from '@modelcontextprotocol/server';
import express, { type Request, type Response, Router } from 'express';
import type { Caller } from '../caller.js';
import { sendError } from '../http/errors.js';
import type { RequestLocals } from '../http/request-log.js';
import type { Logger } from '../logger.js';
import { readCall } from './call.js';
import { createMcpServer, type ServerContent, type ServerDependencies } from './content.js';

const KEEP_ALIVE_MS = 15_000;
const MAX_BODY_BYTES = 1024 * 1024;
/** A platform is one caller for all its users. */
const MAX_STREAMS_PER_CALLER = 200;
const MAX_STREAMS = 2000;

export interface SseEndpoint {
  /** Expects the caller in `res.locals`. */
  router: Router;
  /** How many streams are open. */
  openStreams: () => number;
  /** Ends every stream. */
  close: () => void;
}

interface Session {
  caller: Caller;
  transport: SSEServerTransport;
  server: McpServer;
}

/**
 * The HTTP+SSE transport of protocol revision 2024-11-05, deprecated since 2025-03-26 and still offered by platforms:
 * `GET /sse` opens a stream, whose first event names the address that takes messages. The transport is that of the 1.x
 * SDK, since 2.x has none; the server behind it is the same as at `/mcp`.
 */
export function createSseEndpoint(
  content: ServerContent,
  dependencies: ServerDependencies,
  logger: Logger,
): SseEndpoint {
  const sessions = new Map<string, Session>();

  async function open(req: Request, res: Response): Promise<void> {
    const { caller, requestId } = res.locals as RequestLocals & { caller: Caller };
    const own = [...sessions.values()].filter((session) => session.caller.id === caller.id).length;
    if (own >= MAX_STREAMS_PER_CALLER || sessions.size >= MAX_STREAMS) {
      res.set('Retry-After', '30');
      return sendError(
        res,
        429,
        'too_many_streams',
        'Too many streams are open. Close some, or use POST /mcp instead',
      );
    }
    // Proxies that buffer would hold the answers back.
    res.set('X-Accel-Buffering', 'no');
    const transport = new SSEServerTransport('/messages', res);
    const server = createMcpServer(content, dependencies, { caller, log: logger.child({ requestId }) });
    sessions.set(transport.sessionId, { caller, transport, server });
    const keepAlive = setInterval(() => res.write(': keep-alive\n\n'), KEEP_ALIVE_MS);
    res.once('close', () => {
      clearInterval(keepAlive);
      sessions.delete(transport.sessionId);
      void server.close();
    });
    if (req.destroyed) return void res.destroy();
    // The same shape in both lines of the SDK; their types differ in what may be undefined.
    await server.connect(transport as unknown as Transport);
  }

  async function receive(req: Request, res: Response): Promise<void> {
    const locals = res.locals as RequestLocals & { caller: Caller };
    const session = sessions.get(String(req.query['sessionId']));
    if (session === undefined || !isSame(session.caller, locals.caller)) {
      return sendError(res, 404, 'unknown_session', 'There is no such stream. Open one with GET /sse');
    }
    const call = readCall(req.body);
    if (call) locals.call = call;
    await session.transport.handlePostMessage(req, res, req.body);
  }

  const router = Router();
  router.get('/sse', open);
  router.post('/messages', express.json({ limit: MAX_BODY_BYTES, strict: false }), receive);
  router.all(['/sse', '/messages'], (req, res) => {
    res.set('Allow', req.path === '/sse' ? 'GET, OPTIONS' : 'POST, OPTIONS');
    sendError(
      res,
      405,
      'invalid_request',
      'Open a stream with GET /sse, then send messages with POST to the address it names',
    );
  });
  return {
    router,
    openStreams: () => sessions.size,
    close() {
      for (const { transport } of sessions.values()) void transport.close();
    },
  };
}

/** A stream belongs to whoever opened it, with the permissions they had then. */
function isSame(left: Caller, right: Caller): boolean {
  return (
    left.kind === right.kind &&
    left.id === right.id &&
    left.clientId === right.clientId &&
    left.scopes.join(' ') === right.scopes.join(' ')
  );
}
