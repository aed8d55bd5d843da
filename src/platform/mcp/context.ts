import type { ClientCapabilities, ServerContext } from '@modelcontextprotocol/server';
import type { Caller } from '../caller.js';
import type { Logger } from '../logger.js';
import type { Store } from '../store/database.js';

/** What every handler gets beside its arguments. */
export interface HandlerContext<Services = unknown> {
  /** Who calls. */
  caller: Caller;
  store: Store;
  /** What `createServices` made. Name its type to use it: `(args, { services }: ToolContext<Services>) =>`. */
  services: Services;
  /** The origin of media files, for links that must be public. */
  siteUrl: string;
  /** Logs under the id of this request. */
  log: Logger;
  /** Everything else the SDK knows of the request. */
  sdk: ServerContext;
}

/** What the handler of a tool gets beside its arguments. */
export interface ToolContext<Services = unknown> extends HandlerContext<Services> {
  /**
   * Aborts when the client cancels or goes away, or when the time limit of a tool is reached. Pass it on to `fetch` and
   * friends. Clients of the 2025 era cancel with a message of its own, which without sessions belongs to no call: for
   * them it aborts when they close the connection.
   */
  signal: AbortSignal;
  /** Tells the client how far the call is; does nothing for a client that did not ask. */
  reportProgress: (progress: number, total?: number, message?: string) => Promise<void>;
  /** Whether the client can ask its user for input, that is: whether `inputRequired` may be answered. */
  canElicit: boolean;
  /**
   * Seals what the next round of an `inputRequired` exchange needs: signed, valid for ten minutes, for this caller and
   * this tool only. Clients can read it.
   */
  sealState: (state: unknown) => Promise<string>;
  /** What `sealState` sealed in the round before; `undefined` in the first. */
  openState: <State>() => State | undefined;
}

/** A state belongs to the tool that sealed it: another one may use the same words for something else. */
interface Sealed {
  tool: string;
  state: unknown;
}

/** What the platform knows of a request before a definition's handler runs. */
export interface RequestScope<Services = unknown> {
  store: Store;
  services: Services;
  siteUrl: string;
  /** Milliseconds. */
  toolTimeoutMs: number;
  caller: Caller;
  log: Logger;
  clientCapabilities: () => ClientCapabilities | undefined;
  sealState: (state: unknown, sdk: ServerContext) => Promise<string>;
}

/** The context of a resource, prompt or completion handler. */
export function handlerContext<Services>(
  requestScope: RequestScope<Services>,
  sdk: ServerContext,
): HandlerContext<Services> {
  const { caller, store, services, siteUrl, log } = requestScope;
  return { caller, store, services, siteUrl, log, sdk };
}

/** The context of a tool handler. */
export function toolContext<Services>(
  requestScope: RequestScope<Services>,
  sdk: ServerContext,
  { tool, signal }: { tool: string; signal: AbortSignal },
): ToolContext<Services> {
  return {
    ...handlerContext(requestScope, sdk),
    signal,
    canElicit: showsForms(requestScope.clientCapabilities()),
    sealState: (state) => requestScope.sealState({ tool, state } satisfies Sealed, sdk),
    openState: <State>() => {
      const sealed = sdk.mcpReq.requestState<Sealed>();
      return sealed?.tool === tool ? (sealed.state as State) : undefined;
    },
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
function showsForms(capabilities: ClientCapabilities | undefined): boolean {
  const elicitation = capabilities?.elicitation;
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}
