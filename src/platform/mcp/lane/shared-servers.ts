import type { IncomingMessage } from 'node:http';
import type {
  AuthInfo,
  JSONRPCRequest,
  McpServer,
  Server,
  ServerContext,
} from '@modelcontextprotocol/server';
import { spellUtf8 } from '../../http/utf8.js';
import type { Logger } from '../../logger.js';
import { createSharedServer, type ServerContent } from '../content.js';
import { removeCredentials } from '../credentials.js';
import { scopeOfRequest } from '../request-scopes.js';
import { MODERN_REVISION } from '../revisions.js';
import { logUnwritable } from '../sdk-handlers.js';
import type { Exchange } from './exchange.js';
import type { Era, RecognizedRequest } from './message.js';

/** What the SDK keeps to itself. */
interface Internals {
  _negotiatedProtocolVersion: string | undefined;
  _transport: Exchange;
  _onrequest: (message: JSONRPCRequest, extra: { authInfo: AuthInfo }) => void;
  _onclose: () => void;
  buildContext: (base: unknown, info: unknown) => ServerContext;
}

const INTERNALS = [
  '_negotiatedProtocolVersion',
  '_transport',
  '_onrequest',
  '_onclose',
  'buildContext',
] satisfies (keyof Internals)[];

/** The collections of a server that are the same for all requests, because only registering changes them. */
const REGISTERED = [
  '_requestHandlers',
  '_customSchemaRequestMethods',
  '_notificationHandlers',
  'LOG_LEVEL_SEVERITY',
];

/** Where a request came from, for handlers that ask. */
export interface Origin {
  req: IncomingMessage;
  authInfo: AuthInfo;
  /** Logs with the id of the request. */
  log: () => Logger;
}

/** Serves requests with the SDK, on servers that are built once. */
export interface SharedServers {
  /**
   * Lets the SDK look up, validate, run and answer a request.
   *
   * @returns a function that cancels it
   */
  serve: (request: RecognizedRequest, exchange: Exchange, origin: Origin) => () => void;
}

/**
 * Builds one server for each era.
 *
 * The SDK wants a server of its own for each request, because it keeps there what is in progress. So every request gets an
 * object that inherits what has been registered, and keeps the rest itself: whatever the SDK assigns, and every collection
 * it fills. Nothing of one request can reach another, and what a handler sends after its answer goes nowhere.
 *
 * @throws when this version of the SDK is made differently
 */
export function createSharedServers<Services>(
  content: ServerContent<Services>,
  offersSubscriptions: boolean,
): SharedServers {
  const build = (modern: boolean) =>
    createSharedServer<Services>(
      content,
      scopeOfRequest,
      modern ? { offersSubscriptions, revision: MODERN_REVISION } : {},
    );
  const servers: Record<Era, McpServer> = { '2025': build(false), '2026': build(true) };
  const collections = collectionsOf(servers['2026'].server);
  internalsOf(servers['2026'].server)._negotiatedProtocolVersion = MODERN_REVISION;
  return {
    serve({ era, message }, exchange, { req, authInfo, log }) {
      const shared = servers[era].server;
      const server: Server = Object.create(shared);
      const own = internalsOf(server);
      own._transport = exchange;
      for (const [name, make] of collections) own[name] = make();
      own.buildContext = (base, info) =>
        withWebRequest(internalsOf(shared).buildContext.call(server, base, info), req, message);
      server.onerror = (error) => logUnwritable(error, log());
      own._onrequest(message, { authInfo });
      return () => {
        void exchange.close();
        own._onclose();
      };
    },
  };
}

function internalsOf(server: Server): Internals & Record<string, unknown> {
  return server as unknown as Internals & Record<string, unknown>;
}

/** Finds the collections of a server that belong to one request or connection, and how an empty one is made. */
function collectionsOf(server: Server): [name: string, make: () => unknown][] {
  const missing = [...INTERNALS, ...REGISTERED].filter((name) => !(name in server));
  if (missing.length > 0) {
    const names = missing.join(', ');
    throw new Error(
      `The fast lane does not fit this version of the SDK, without ${names}. Set FAST_LANE=off`,
    );
  }
  return Object.entries(server).flatMap(([name, value]): [string, () => unknown][] => {
    if (REGISTERED.includes(name)) return [];
    if (value instanceof Map) return [[name, () => new Map()]];
    return value instanceof Set ? [[name, () => new Set()]] : [];
  });
}

/** Adds the request as handlers know it. Made when it is first read, because hardly any handler does. */
function withWebRequest(sdk: ServerContext, req: IncomingMessage, body: unknown): ServerContext {
  let request: Request | undefined;
  Object.defineProperty(sdk.http, 'req', {
    enumerable: true,
    get: () => (request ??= webRequest(req, body, sdk.mcpReq.signal)),
  });
  return sdk;
}

function webRequest(req: IncomingMessage, body: unknown, signal: AbortSignal): Request {
  removeCredentials(req);
  spellUtf8(req);
  const text = JSON.stringify(body);
  const headers = new Headers();
  for (const [name, value] of Object.entries(req.headers)) {
    for (const each of [value ?? []].flat()) headers.append(name, each);
  }
  headers.set('content-length', String(Buffer.byteLength(text)));
  return new Request(`http://${req.headers.host}${req.url}`, { method: 'POST', headers, body: text, signal });
}
