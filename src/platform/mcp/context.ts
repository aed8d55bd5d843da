import {
  createRequestStateCodec,
  type McpServer,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Caller } from '../caller.js';
import type { Config } from '../config/config.js';
import type { RpcCall } from '../http/request-locals.js';
import type { Logger } from '../logger.js';
import type { Store } from '../store/database.js';
import { serverSecret } from '../store/secrets.js';

/** What is the same for every request. */
export interface ServerScope<Services = unknown> {
  store: Store;
  /** What `createServices` made. Name its type to use it: `(args, { services }: ToolContext<Services>) =>`. */
  services: Services;
  /** The origin of media files, for links that must be public. */
  siteUrl: string;
  /** How long a tool may run, in milliseconds. */
  toolTimeoutMs: number;
  /** Signs the state of exchanges that take several rounds; the same on every replica. */
  stateKey: Buffer;
}

/** What one request adds, or one connection of the old SSE transport. */
export interface RequestScope<Services = unknown> extends ServerScope<Services> {
  /** Who calls. */
  caller: Caller;
  /** Logs under the id of this request. */
  log: Logger;
  /** What is asked for; `undefined` when a server has to answer anything. */
  call?: RpcCall | undefined;
}

/** What every handler gets besides its arguments. */
export interface HandlerContext<Services = unknown>
  extends Omit<RequestScope<Services>, 'toolTimeoutMs' | 'stateKey' | 'call'> {
  /** Whether the client can ask its user for input, that is: whether `inputRequired` may be answered. */
  canElicit: boolean;
  /**
   * Seals what the next round of an `inputRequired` exchange needs: signed, valid for ten minutes, for this caller and
   * this definition only. Clients can read it.
   */
  sealState: (state: unknown) => Promise<string>;
  /** What `sealState` sealed in the round before; `undefined` in the first. */
  openState: <State>() => State | undefined;
  /** Everything else the SDK knows about the request. Credentials have been removed from its headers. */
  sdk: ServerContext;
}

/** What the handler of a tool gets besides its arguments. */
export interface ToolContext<Services = unknown> extends HandlerContext<Services> {
  /**
   * Aborts when the client cancels or goes away, or when the time limit of a tool is reached. Pass it on to `fetch` and
   * friends. Clients of the 2025 era cancel with a message of its own, which without sessions belongs to no call: for
   * them it aborts when they close the connection.
   */
  signal: AbortSignal;
  /** Tells the client how far the call is; does nothing for a client that did not ask. */
  reportProgress: (progress: number, total?: number, message?: string) => Promise<void>;
}

/** A state belongs to the definition that sealed it: another one may use the same words for something else. */
interface Sealed {
  definition: string;
  state: unknown;
}

/** Reads what is the same for every request from the settings and the store. */
export async function createServerScope<Services>(
  config: Pick<Config, 'siteUrl' | 'toolTimeoutMs'>,
  store: Store,
  services: Services,
): Promise<ServerScope<Services>> {
  const stateKey = await serverSecret(store, 'mcp-request-state');
  return { store, services, siteUrl: config.siteUrl, toolTimeoutMs: config.toolTimeoutMs, stateKey };
}

/** Signs and checks the state of exchanges. A state is good for one caller and one method. */
export function stateCodec({
  stateKey,
  caller,
}: Pick<RequestScope, 'stateKey' | 'caller'>): RequestStateCodec {
  return createRequestStateCodec({ key: stateKey, bind: (sdk) => `${sdk.mcpReq.method}\0${caller.id}` });
}

/**
 * The context of a resource or prompt handler.
 *
 * @param definition the name of the resource or prompt
 */
export function handlerContext<Services>(
  definition: string,
  server: McpServer,
  scope: RequestScope<Services>,
  sdk: ServerContext,
): HandlerContext<Services> {
  const { caller, store, services, siteUrl, log } = scope;
  return {
    caller,
    store,
    services,
    siteUrl,
    log,
    sdk,
    canElicit: showsForms(server),
    sealState: (state) => stateCodec(scope).mint({ definition, state } satisfies Sealed, sdk),
    openState: <State>() => {
      const sealed = sdk.mcpReq.requestState<Sealed>();
      return sealed?.definition === definition ? (sealed.state as State) : undefined;
    },
  };
}

/**
 * The context of a tool handler.
 *
 * @param signal aborts the call
 */
export function toolContext<Services>(
  tool: string,
  server: McpServer,
  scope: RequestScope<Services>,
  sdk: ServerContext,
  signal: AbortSignal,
): ToolContext<Services> {
  return {
    ...handlerContext(tool, server, scope, sdk),
    signal,
    async reportProgress(progress, total, message) {
      const progressToken = sdk.mcpReq._meta?.progressToken;
      if (progressToken === undefined) return;
      const params = {
        progressToken,
        progress,
        ...(total !== undefined && { total }),
        ...(message && { message }),
      };
      await sdk.mcpReq.notify({ method: 'notifications/progress', params });
    },
  };
}

/** Whether the client shows forms. One that names no kind of elicitation does; one that names only `url` does not. */
function showsForms(server: McpServer): boolean {
  const elicitation = server.server.getClientCapabilities()?.elicitation;
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}
