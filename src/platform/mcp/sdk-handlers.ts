import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { causeOf } from '../http/error-handler.js';
import { StoreUnavailableError } from '../http/errors.js';
import { isRecord } from '../json.js';
import type { Logger } from '../logger.js';
import { assertWritable, logInternalError } from './failures.js';
import { describeIssues, type Issue } from './issues.js';
import type { ScopeOf } from './request-scopes.js';
import { storeFailure } from './store-failures.js';

/** A handler as the SDK keeps it. */
type Handler = (request: { method: string }, sdk: ServerContext) => Promise<unknown>;

/** What runs the handler of a tool. Everything it throws becomes the answer of the tool. */
type ToolRunner = (tool: unknown, args: unknown, sdk: ServerContext) => Promise<unknown>;

/**
 * Works around the SDK in what its handlers throw. Params that its schemas refuse are answered with -32603 and the whole
 * output of zod, where the protocol has -32602. What a handler throws is sent to the client as it is, and nobody else is
 * told. With this, bad params are answered on one line, and failures are logged and masked. A failure of the database is
 * an error of every request, also of a tool: the model cannot correct it, and the client can try again.
 *
 * The SDK has no hook for it: `McpServer` creates its `Server` itself, so no subclass can take its place.
 */
export function guardHandlers<Services>(server: McpServer, scopeOf: ScopeOf<Services>): void {
  const { _requestHandlers: handlers } = server.server as unknown as {
    _requestHandlers: Map<string, Handler>;
  };
  const ofTools = new WeakMap<ServerContext, StoreUnavailableError>();
  const tools = server as unknown as { executeToolHandler: ToolRunner };
  const run = tools.executeToolHandler.bind(server);
  tools.executeToolHandler = (tool, args, sdk) =>
    run(tool, args, sdk).catch((error: unknown) => {
      if (error instanceof StoreUnavailableError) ofTools.set(sdk, error);
      throw error;
    });
  const find = handlers.get.bind(handlers);
  // The SDK adds some handlers only when it serves a request, so they are wrapped as they are looked up.
  handlers.get = (method) => {
    const handler = find(method);
    return handler && guarded(handler, scopeOf, ofTools);
  };
}

/** Logs what the SDK could not write, which it answers with -32603. Its other errors are those of clients. */
export function logUnwritable(error: Error, log: Logger): void {
  if (error.message.startsWith('Failed to encode result')) log.error({ err: error }, 'handler failed');
}

function guarded<Services>(
  handler: Handler,
  scopeOf: ScopeOf<Services>,
  ofTools: WeakMap<ServerContext, StoreUnavailableError>,
): Handler {
  return async (request, sdk) => {
    try {
      const result = await handler(request, sdk);
      const failure = ofTools.get(sdk);
      if (failure) throw failure;
      // The SDK would send no answer in the 2025 era, so that the client waits.
      if (!isRecord(result)) throw new TypeError('The handler did not return a result');
      assertWritable(result);
      return result;
    } catch (error) {
      // Nobody waits for the answer.
      if (sdk.mcpReq.signal.aborted) throw error;
      const scope = scopeOf(sdk);
      if (!(error instanceof StoreUnavailableError)) throw answerTo(error, request.method, scope.log);
      scope.log.error({ ...causeOf(error), rpcMethod: request.method }, 'unavailable');
      scope.storeFailures?.set(sdk.mcpReq.id, error);
      throw storeFailure(error);
    }
  };
}

/** Returns the error to answer with. */
function answerTo(error: unknown, method: string, log: Logger): unknown {
  const refused = refusedBySchema(error);
  if (refused?.isParams) {
    const message = `Invalid params for ${method}: ${describeIssues(refused.issues)}`;
    return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
  }
  // An error with a code of its own is meant for the client.
  const { code } = Object(error) as { code?: unknown };
  const isMeant = Number.isSafeInteger(code) && code !== ProtocolErrorCode.InternalError;
  if (isMeant && refused === undefined) return error;
  const cause = refused ? new TypeError((error as Error).message) : error;
  return logInternalError(log.child({ rpcMethod: method }), cause);
}

/** Reads back what zod objected to from the message that the SDK makes of it; `undefined` for any other error. */
function refusedBySchema(error: unknown): { issues: Issue[]; isParams: boolean } | undefined {
  if (!(error instanceof ProtocolError) && Object(error).constructor !== Error) return undefined;
  const [, subject = '', dump = ''] = /^(.*?)(\[\n.*\])$/s.exec((error as Error).message) ?? [];
  try {
    const issues = JSON.parse(dump) as Issue[];
    return { issues, isParams: !subject.startsWith('Invalid tools/call result') };
  } catch {
    return undefined;
  }
}
