import type { Transport } from '@modelcontextprotocol/server';
import express, { type Request, type Response, Router } from 'express';
import type { Caller } from '../caller.js';
import { sendError } from '../http/errors.js';
import { allowMethods } from '../http/methods.js';
import { callerOf, localsOf } from '../http/request-locals.js';
import { wellFormedBody } from '../http/well-formed.js';
import type { Logger } from '../logger.js';
import { readCall } from './call.js';
import { createMcpServer, type ServerContent } from './content.js';
import type { ServerScope } from './context.js';
import { removeCredentials } from './credentials.js';
import type { RunningCalls } from './running-calls.js';
import { SseTransport } from './sse-transport.js';

const KEEP_ALIVE_MS = 15_000;
const MAX_BODY_BYTES = 1024 * 1024;
/** Generous, because a platform is one caller for all its users. */
const MAX_STREAMS_PER_CALLER = 200;
const MAX_STREAMS = 2000;

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
  /** Returns the caller that an Authorization header currently identifies, or `undefined` if it is no longer valid. */
  identify: (authorization: string | undefined) => Promise<Caller | undefined>;
  /** The maximum number of open streams, over all callers. */
  maxStreams?: number;
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
  const { logger, content, serverScope, running, identify, maxStreams = MAX_STREAMS } = options;
  const sessions = new Map<string, Session>();

  async function open(req: Request, res: Response): Promise<void> {
    const caller = callerOf(res);
    const { requestId } = localsOf(res);
    const own = [...sessions.values()].filter((session) => session.caller.id === caller.id).length;
    if (own >= MAX_STREAMS_PER_CALLER || sessions.size >= maxStreams) {
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
    const transport = new SseTransport(res, running);
    const session: Session = { caller, authorization: req.headers.authorization, transport };
    sessions.set(transport.sessionId, session);
    const keepAlive = setInterval(async () => {
      if (res.writableEnded) return;
      res.write(': keep-alive\n\n');
      if (!transport.isBusy && !(await mayListen(session))) res.destroy();
    }, KEEP_ALIVE_MS);
    res.once('close', () => {
      clearInterval(keepAlive);
      sessions.delete(transport.sessionId);
    });
    if (req.destroyed) return void res.destroy();
    const server = createMcpServer(content, { ...serverScope, caller, log: logger.child({ requestId }) });
    // Both SDK versions share this interface; only the types differ in what may be undefined. Closing it closes the
    // server.
    await server.connect(transport as unknown as Transport);
  }

  /** Checks whether the caller may keep listening. If the check fails, they may: every message is checked anyway. */
  async function mayListen({ caller, authorization }: Session): Promise<boolean> {
    try {
      const now = await identify(authorization);
      return now !== undefined && isSame(now, caller);
    } catch (error) {
      logger.warn({ err: error }, 'the caller of a stream could not be checked');
      return true;
    }
  }

  async function receive(req: Request, res: Response): Promise<void> {
    const caller = callerOf(res);
    const session = sessions.get(String(req.query['sessionId']));
    if (session === undefined || !isSame(session.caller, caller)) {
      return sendError(res, 404, 'unknown_session', 'There is no such stream. Open one with GET /sse');
    }
    session.authorization = req.headers.authorization;
    removeCredentials(req);
    const call = readCall(req.body);
    if (call) localsOf(res).call = call;
    await session.transport.handlePostMessage(req, res, req.body);
  }

  const refuse = (res: Response) =>
    sendError(
      res,
      405,
      'invalid_request',
      'Open a stream with GET /sse, then send messages with POST to the address it names',
    );
  const router = Router();
  // Express would answer HEAD with the handler of GET, and a stream without a body never ends.
  router.all('/sse', allowMethods(['GET'], { head: false, refuse }));
  router.get('/sse', open);
  router.all('/messages', allowMethods(['POST'], { refuse }));
  router.post('/messages', express.json({ limit: MAX_BODY_BYTES, strict: false }), wellFormedBody, receive);
  return {
    router,
    openStreams: () => sessions.size,
    close() {
      for (const { transport } of sessions.values()) void transport.close();
    },
  };
}

/** Checks that a stream is used by the caller who opened it, with the same permissions. */
function isSame(left: Caller, right: Caller): boolean {
  return (
    left.kind === right.kind &&
    left.id === right.id &&
    left.clientId === right.clientId &&
    left.scopes.join(' ') === right.scopes.join(' ')
  );
}
