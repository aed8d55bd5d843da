import type { Transport } from '@modelcontextprotocol/server';
import type { Request, Response, Router } from 'express';
import type { Caller } from '../caller.js';
import { sendError, sendRpcError } from '../http/errors.js';
import { exactRouter } from '../http/exact-router.js';
import { allowMethods } from '../http/methods.js';
import { onceOver } from '../http/once-over.js';
import { callerOf, localsOf } from '../http/request-locals.js';
import type { Logger } from '../logger.js';
import { refuseCall } from './admission.js';
import { isRequest, readCall } from './call.js';
import { createMcpServer, type ServerContent } from './content.js';
import type { ServerScope } from './context.js';
import { removeCredentials } from './credentials.js';
import { isSameCaller, KEEP_ALIVE_MS, type MayListen } from './listening.js';
import { idOf, readMessages } from './request-body.js';
import type { RunningCalls } from './running-calls.js';
import type { SseTransport } from './sse-transport.js';
import type { Turns } from './turns.js';

export interface SseEndpoint {
  /** Expects the caller in the request's locals. */
  router: Router;
  /** Returns the number of open streams. */
  openStreams: () => number;
  /** Ends every stream. */
  close: () => void;
}

/** Everything the endpoint needs. */
export interface SseOptions<Services> {
  logger: Logger;
  content: ServerContent<Services>;
  serverScope: ServerScope<Services>;
  /** Counts running calls. */
  running: RunningCalls;
  /** Counts open streams. */
  streams: RunningCalls;
  turns: Turns;
  /** Checks whether the caller of a stream may keep it. */
  mayListen: MayListen;
}

interface Session {
  caller: Caller;
  /** The Authorization header of the last request, so that a stream can outlive the token it was opened with. */
  authorization: string | undefined;
  transport: SseTransport;
}

/**
 * Creates the endpoint of the HTTP+SSE transport (revision 2024-11-05), deprecated since 2025-03-26 but still used by
 * platforms. `GET /sse` opens a stream whose first event names the URL to send messages to. The transport comes from
 * the 1.x SDK, because 2.x has none. The server behind it is the same as at `/mcp`.
 */
export function createSseEndpoint<Services>(options: SseOptions<Services>): SseEndpoint {
  const { logger, content, serverScope, running, streams, turns, mayListen } = options;
  const sessions = new Map<string, Session>();

  async function open(req: Request, res: Response): Promise<void> {
    // Loaded with the first stream, because it brings the 1.x SDK with its schemas.
    const { SseTransport } = await import('./sse-transport.js');
    const caller = callerOf(res);
    const { requestId } = localsOf(res);
    if (streams.isFull(caller)) {
      res.set('Retry-After', '30');
      return sendError(
        res,
        429,
        'too_many_streams',
        'Too many streams are open. Close some, or use POST /mcp instead',
      );
    }
    // Keeps proxies from buffering the stream.
    res.set('X-Accel-Buffering', 'no');
    const transport = new SseTransport(res, () => running.begin(caller));
    const session: Session = { caller, authorization: req.headers.authorization, transport };
    sessions.set(transport.sessionId, session);
    const keepAlive = setInterval(async () => {
      if (res.writableEnded) return;
      res.write(': keep-alive\n\n');
      if (!transport.isBusy && !(await mayListen(caller, session.authorization))) res.destroy();
    }, KEEP_ALIVE_MS);
    const end = streams.begin(caller);
    onceOver(res, () => {
      end();
      clearInterval(keepAlive);
      sessions.delete(transport.sessionId);
    });
    // The client may have left while its token was checked.
    if (req.socket.destroyed) return;
    const server = createMcpServer(content, { ...serverScope, caller, log: logger.child({ requestId }) });
    // Both SDK versions share this interface; only the types differ in what may be undefined. Closing it closes the
    // server.
    await server.connect(transport as unknown as Transport);
  }

  async function receive(req: Request, res: Response): Promise<void> {
    const caller = callerOf(res);
    const call = readCall(req.body);
    if (call) localsOf(res).call = call;
    // Notifications do not count, so that a caller with too many calls can still cancel some.
    if (!isRequest(req.body)) return handle(req, res, caller);
    if (running.isFull(caller)) return refuseCall(res, running, caller);
    const end = running.begin(caller);
    await turns(caller);
    // The stream counts the call from here on, until its answer.
    const handled = handle(req, res, caller);
    end();
    await handled;
  }

  /** Passes a message on to its stream. */
  async function handle(req: Request, res: Response, caller: Caller): Promise<void> {
    const session = sessions.get(String(req.query['sessionId']));
    if (session === undefined || !isSameCaller(session.caller, caller)) {
      return sendError(res, 404, 'unknown_session', 'There is no such stream. Open one with GET /sse');
    }
    session.authorization = req.headers.authorization;
    // The transport would answer all of these as text, and end in an unhandled error when it cannot quote the body.
    if (req.is('application/json') === false) {
      return sendRpcError(res, 415, -32000, 'Unsupported Media Type: Content-Type must be application/json');
    }
    if (!session.transport.isMessage(req.body)) {
      return sendRpcError(res, 400, -32600, 'The request body is not one JSON-RPC message', idOf(req.body));
    }
    removeCredentials(req);
    await session.transport.handlePostMessage(req, res, req.body);
  }

  const refuse = (res: Response) =>
    sendError(
      res,
      405,
      'invalid_request',
      'Open a stream with GET /sse, then send messages with POST to the address it names',
    );
  const router = exactRouter();
  // Express would answer HEAD with the handler of GET, and a stream without a body never ends.
  router.all('/sse', allowMethods(['GET'], { head: false, refuse }));
  router.get('/sse', open);
  router.all('/messages', allowMethods(['POST'], { refuse }));
  router.post('/messages', ...readMessages, receive);
  return {
    router,
    openStreams: () => sessions.size,
    close() {
      for (const { transport } of sessions.values()) void transport.close();
    },
  };
}
