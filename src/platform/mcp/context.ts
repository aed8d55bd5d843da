import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  createRequestStateCodec,
  type McpServer,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Caller } from '../caller.js';
import type { Config } from '../config/config.js';
import type { RpcCall } from '../http/request-locals.js';
import type { Logger } from '../logger.js';
import { notifyChanged } from '../store/changes.js';
import type { Store } from '../store/database.js';
import { serverSecret } from '../store/secrets.js';
import { MODERN_REVISION } from './revisions.js';
import type { StoreFailures } from './store-failures.js';
import type { Stop } from './time-limit.js';

/** Values that are the same for every request. */
export interface ServerScope<Services = unknown> {
  store: Store;
  /** The result of `createServices`. To use it, annotate: `(args, { services }: ToolContext<Services>) =>`. */
  services: Services;
  /** The origin of media files, for public links. */
  siteUrl: string;
  /** How long a tool may run, in milliseconds. */
  toolTimeoutMs: number;
  /** Signs the state of multi-round exchanges. The same on every replica. */
  stateKey: Buffer;
}

/** Adds the values of one request, or of one connection of the legacy SSE transport. */
export interface RequestScope<Services = unknown> extends ServerScope<Services> {
  /** Who makes the request. */
  caller: Caller;
  /** Logs with the id of this request. */
  log: Logger;
  /** The call to answer; `undefined` for a server that must be able to answer any call. */
  call?: RpcCall | undefined;
  /** Records which requests failed because of the database. At `/mcp` they decide the status of the answer. */
  storeFailures?: StoreFailures;
}

/**
 * Makes the scope of one request at `/mcp`. Its logger is made when something is logged, which happens in few calls.
 *
 * @param logger the parent of that logger
 */
export function requestScope<Services>(
  serverScope: ServerScope<Services>,
  request: { caller: Caller; call: RpcCall | undefined; logger: Logger; requestId: string },
): RequestScope<Services> & { storeFailures: StoreFailures } {
  const { caller, call, logger, requestId } = request;
  let log: Logger | undefined;
  return {
    ...serverScope,
    caller,
    call,
    storeFailures: new Map(),
    get log() {
      log ??= logger.child({ requestId });
      return log;
    },
  };
}

/** The context every handler receives besides its arguments. */
export interface HandlerContext<Services = unknown>
  extends Omit<RequestScope<Services>, 'toolTimeoutMs' | 'stateKey' | 'call' | 'storeFailures'> {
  /**
   * Tells every client that is subscribed to a resource that it has changed. In a transaction, call `notifyChanged` with it
   * instead, so that both happen or neither.
   */
  notify: (uri: string) => Promise<void>;
  /** Whether the client can ask its user for input, so that a handler may return `inputRequired`. */
  canElicit: boolean;
  /**
   * Seals the state that the next round of an `inputRequired` exchange needs. It is signed but readable by clients, and
   * valid for ten minutes, only for this caller and this definition.
   */
  sealState: (state: unknown) => Promise<string>;
  /** Returns the state sealed in the previous round, or `undefined` in the first round. */
  openState: <State>() => State | undefined;
  /** Everything else the SDK knows about the request. Credentials have been removed from its headers. */
  sdk: ServerContext;
}

/** The context a tool handler receives besides its arguments. */
export interface ToolContext<Services = unknown> extends HandlerContext<Services> {
  /**
   * Aborts when the client cancels or disconnects, or when the tool's time limit is reached. Pass it on to `fetch` and
   * the like. Clients of the 2025 era cancel with a separate message, which cannot be matched to a call without
   * sessions. For them it aborts when they close the connection.
   */
  signal: AbortSignal;
  /** Reports progress to the client. Does nothing if the client did not ask for it. */
  reportProgress: (progress: number, total?: number, message?: string) => Promise<void>;
}

/** Ties a state to the definition that sealed it, because another one may use the same fields differently. */
interface Sealed {
  definition: string;
  state: unknown;
}

/** Creates the scope shared by all requests. */
export async function createServerScope<Services>(
  config: Pick<Config, 'siteUrl' | 'toolTimeoutMs'>,
  store: Store,
  services: Services,
): Promise<ServerScope<Services>> {
  const stateKey = await serverSecret(store, 'mcp-request-state');
  return { store, services, siteUrl: config.siteUrl, toolTimeoutMs: config.toolTimeoutMs, stateKey };
}

/** Returns the codec that signs and verifies states. A state is valid for one caller and one method. */
export function stateCodec({
  stateKey,
  caller,
}: Pick<RequestScope, 'stateKey' | 'caller'>): RequestStateCodec {
  return createRequestStateCodec({ key: stateKey, bind: (sdk) => `${sdk.mcpReq.method}\0${caller.id}` });
}

/**
 * Creates the context of a resource or prompt handler.
 *
 * @param definition the name of the resource or prompt
 */
export function handlerContext<Services>(
  definition: string,
  server: McpServer,
  scope: RequestScope<Services>,
  sdk: ServerContext,
): HandlerContext<Services> {
  const { caller, store, services, siteUrl } = scope;
  return {
    caller,
    store,
    services,
    siteUrl,
    get log() {
      return scope.log;
    },
    sdk,
    notify: (uri) => notifyChanged(store, uri),
    canElicit: showsForms(server, sdk),
    sealState: (state) => stateCodec(scope).mint({ definition, state } satisfies Sealed, sdk),
    openState: <State>() => {
      const sealed = sdk.mcpReq.requestState<Sealed>();
      return sealed?.definition === definition ? (sealed.state as State) : undefined;
    },
  };
}

/**
 * Creates the context of a tool handler.
 *
 * @param stop has the signal that aborts the call
 */
export function toolContext<Services>(
  tool: string,
  server: McpServer,
  scope: RequestScope<Services>,
  sdk: ServerContext,
  stop: Stop,
): ToolContext<Services> {
  const reportProgress: ToolContext['reportProgress'] = async (progress, total, message) => {
    const progressToken = sdk.mcpReq._meta?.progressToken;
    if (progressToken === undefined) return;
    const params = {
      progressToken,
      progress,
      ...(total !== undefined && { total }),
      ...(message && { message }),
    };
    await sdk.mcpReq.notify({ method: 'notifications/progress', params });
  };
  const context = Object.assign(handlerContext(tool, server, scope, sdk), { reportProgress });
  const signal = { enumerable: true, get: () => stop.signal };
  return Object.defineProperty(context, 'signal', signal) as ToolContext<Services>;
}

/** Checks whether the client can show forms. It can if it names no elicitation mode, but not if it names only `url`. */
function showsForms({ server }: McpServer, { mcpReq }: ServerContext): boolean {
  // A request of the 2026 era names them itself. In the 2025 era, a session does so once, and a single request cannot.
  const envelope: Record<string, unknown> = mcpReq.envelope ?? {};
  const isModern = server.getNegotiatedProtocolVersion() === MODERN_REVISION;
  const capabilities = isModern ? envelope[CLIENT_CAPABILITIES_META_KEY] : server.getClientCapabilities();
  const { elicitation } = (capabilities ?? {}) as ClientCapabilities;
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}
