import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Identify, Identity } from '../../caller.js';
import { weightOf } from '../../http/accept.js';
import { setCorsHeaders } from '../../http/cors.js';
import type { HostCheck } from '../../http/host-guard.js';
import type { OriginCheck } from '../../http/origin-guard.js';
import { remember } from '../../http/remember.js';
import { callerOf, localsOf } from '../../http/request-locals.js';
import type { Step } from '../../http/step.js';
import { isPlainJson } from '../../http/utf8.js';
import { readCall } from '../call.js';
import { SingleRequestScope } from '../context.js';
import type { McpEndpointOptions } from '../endpoint.js';
import { missingScopes } from '../failures.js';
import { MAX_BODY_BYTES } from '../request-body.js';
import { ScopedAuthInfo } from '../request-scopes.js';
import { createDefinitions, type Route } from './definitions.js';
import { Exchange } from './exchange.js';
import { createRecognition, parseMessage, type RecognizedRequest } from './message.js';
import { createSharedServers } from './shared-servers.js';

/** What the lane shares with the endpoint, and what Express asks before a request reaches that. */
export interface FastLaneOptions<Services> extends McpEndpointOptions<Services> {
  identify: Identify;
  begin: Step;
  isAllowedHost: HostCheck;
  isAllowedOrigin: OriginCheck;
}

/** A request that the lane has read and can answer. */
interface Taken {
  request: RecognizedRequest;
  route: Route;
}

/**
 * Makes the short way for common calls of `/mcp`. It answers what it fully understands, without Express and without
 * conversion to web requests; the SDK still looks up, validates and runs what was asked for. Everything else goes on to
 * `next` before anything has been done about it, together with the body that was read and the caller that was checked.
 */
export function createFastLane<Services>(
  options: FastLaneOptions<Services>,
): (next: RequestListener) => RequestListener {
  const { admission, content, identify, logger, resourceMetadataUrl, serverScope, turns } = options;
  const recognize = createRecognition();
  const definitionFor = createDefinitions(content);
  const servers = createSharedServers(content, options.subscriptions !== undefined);
  /** Results that are the same for everyone, as JSON, by era and method. */
  const kept = new Map<string, string>();

  function take(bytes: Buffer, req: IncomingMessage, res: ServerResponse): Taken | undefined {
    const message = parseMessage(bytes);
    const request = message && recognize(message, req.headers);
    const route = request && definitionFor(request.message.method, request.message.params);
    if (request === undefined || route === undefined) return undefined;
    // Clients learn from a challenge of its own which scope is missing.
    if (typeof route === 'object' && missingScopes(callerOf(res), route.scopes).length > 0) return undefined;
    return { request, route };
  }

  async function answer({ request, route }: Taken, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { era, message } = request;
    const locals = localsOf(res);
    const caller = callerOf(res);
    locals.lane = 'fast';
    locals.call = readCall(message);
    await turns(caller);
    if (res.destroyed) return;
    setCorsHeaders(req, res, options.isAllowedOrigin);
    const scope = new SingleRequestScope(serverScope, caller, locals.call, locals.requestId, logger);
    const key = `${era} ${message.method}`;
    const exchange = new Exchange(res, {
      era,
      id: message.id,
      storeFailures: scope.storeFailures,
      onResult: route === 'kept' ? (json) => kept.set(key, json) : undefined,
    });
    const known = route === 'kept' ? kept.get(key) : undefined;
    if (known !== undefined) return exchange.sendResult(known);
    const authInfo = new ScopedAuthInfo(scope, resourceMetadataUrl);
    const cancel = servers.serve(request, exchange, { req, authInfo, log: () => scope.log });
    void exchange.start();
    res.once('close', () => {
      if (!exchange.isOver) cancel();
    });
  }

  return (next) => {
    function read(req: IncomingMessage, res: ServerResponse): void {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.once('end', () => {
        const [first] = chunks;
        void arrived(chunks.length === 1 && first ? first : Buffer.concat(chunks), req, res);
      });
    }
    /** Answers a request whose body is there, or hands it on. */
    async function arrived(bytes: Buffer, req: IncomingMessage, res: ServerResponse): Promise<void> {
      const locals = localsOf(res);
      try {
        const taken = take(bytes, req, res);
        if (taken) return await answer(taken, req, res);
      } catch (error) {
        // No handler has begun. Uncaught, the error of one request would end the process.
        logger.error({ err: error, requestId: locals.requestId }, 'the fast lane failed');
        delete locals.lane;
      }
      locals.bytes = bytes;
      next(req, res);
    }
    function enter(identity: Identity | undefined, req: IncomingMessage, res: ServerResponse): void {
      if (identity) Object.assign(localsOf(res), identity);
      if (identity && admission.admit(res)) read(req, res);
      else next(req, res);
    }

    return (req, res) => {
      if (!isPlain(req) || !options.isAllowedHost(req.headers.host)) return next(req, res);
      const { origin, authorization } = req.headers;
      if (origin !== undefined && !options.isAllowedOrigin(origin)) return next(req, res);
      options.begin(req, res);
      const identity = identify(authorization);
      if (!(identity instanceof Promise)) return enter(identity, req, res);
      identity.then(
        (each) => enter(each, req, res),
        (error: unknown) => {
          localsOf(res).callerFault = { error };
          next(req, res);
        },
      );
    };
  };
}

/** Checks that a request can be read here: a body of JSON whose size is known, and an answer of any type. */
function isPlain({ method, url, headers }: IncomingMessage): boolean {
  if (method !== 'POST' || url !== '/mcp' || !isPlainJson(headers)) return false;
  const size = Number(headers['content-length']);
  return size > 0 && size <= MAX_BODY_BYTES && readsBoth(headers.accept ?? '');
}

const readsBoth = remember((accept) =>
  ['application/json', 'text/event-stream'].every((type) => weightOf(accept, type) > 0),
);
