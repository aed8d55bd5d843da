import type { Transport } from '@modelcontextprotocol/server';
import express, { type Request, type Response, Router } from 'express';
import type { Caller } from '../caller.js';
import { sendError } from '../http/errors.js';
import { allowMethods } from '../http/methods.js';
import { callerOf, localsOf } from '../http/request-locals.js';
import type { Logger } from '../logger.js';
import { readCall } from './call.js';
import { createMcpServer, type ServerContent } from './content.js';
import type { ServerScope } from './context.js';
import { removeCredentials } from './credentials.js';
import type { RunningCalls } from './running-calls.js';
import { SseTransport } from './sse-transport.js';

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

/** What the endpoint is made of. */
export interface SseOptions<Services> {
  logger: Logger;
  content: ServerContent<Services>;
  serverScope: ServerScope<Services>;
  /** Where calls are counted. */
  running: RunningCalls;
  /** Whom an Authorization header stands for at this moment; nobody when it is no longer valid. */
  identify: (authorization: string | undefined) => Promise<Caller | undefined>;
  /** How many streams may be open, of all callers. */
  maxStreams?: number;
}

interface Session {
  caller: Caller;
  /** The header of the last request, so that a stream outlives the token it was opened with. */
  authorization: string | undefined;
  transport: SseTransport;
}

/**
 * The HTTP+SSE transport of protocol revision 2024-11-05, deprecated since 2025-03-26 and still offered by platforms:
 * `GET /sse` opens a stream, whose first event names the address that takes messages. The transport is that of the 1.x
 * SDK, since 2.x has none; the server behind it is the same as at `/mcp`.
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
    // Proxies that buffer would hold the answers back.
    res.set('X-Accel-Buffering', 'no');
    const transport = new SseTransport(res, running);
    const session: Session = { caller, authorization: req.headers.authorization, transport };
    sessions.set(transport.sessionId, session);
    const keepAlive = setInterval(async () => {
      if (res.writableEnded) return;
      res.write(': keep-alive\n\n');
      if (!transport.isBusy && !(await isWelcome(session))) res.destroy();
    }, KEEP_ALIVE_MS);
    res.once('close', () => {
      clearInterval(keepAlive);
      sessions.delete(transport.sessionId);
    });
    if (req.destroyed) return void res.destroy();
    const server = createMcpServer(content, { ...serverScope, caller, log: logger.child({ requestId }) });
    // The same shape in both lines of the SDK; their types differ in what may be undefined. The server closes with it.
    await server.connect(transport as unknown as Transport);
  }

  /** Whether the caller may still listen. When that can't be told right now they may: every message is checked anyway. */
  async function isWelcome({ caller, authorization }: Session): Promise<boolean> {
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
  router.post('/messages', express.json({ limit: MAX_BODY_BYTES, strict: false }), receive);
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
