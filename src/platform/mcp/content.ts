import {
  createRequestStateCodec,
  type Implementation,
  McpServer,
  type McpServerOptions,
  type ServerCapabilities,
} from '@modelcontextprotocol/server';
import type { Caller } from '../caller.js';
import type { Config } from '../config/config.js';
import type { RpcCall } from '../http/request-locals.js';
import type { Logger } from '../logger.js';
import type { Scope } from '../scopes.js';
import type { Store } from '../store/database.js';
import { serverSecret } from '../store/secrets.js';
import type { RequestScope } from './context.js';
import type { Prompt } from './define-prompt.js';
import type { Resource } from './define-resource.js';
import type { Tool } from './define-tool.js';

/** Everything a server offers. The lists are advertised in their order. */
export interface ServerContent<Services = unknown> {
  info: Implementation;
  /** For the model: what this server is for and how its parts work together. */
  instructions: string;
  scopes: Scope[];
  tools: Tool<Services>[];
  resources: Resource<Services>[];
  prompts: Prompt<Services>[];
  /** Extensions of the protocol the content uses, by identifier. */
  extensions?: ServerCapabilities['extensions'];
  /** How long clients may keep lists. */
  cacheHints?: McpServerOptions['cacheHints'];
}

/** What a server needs besides its content and the caller; the same for every request. */
export interface ServerDependencies<Services = unknown> {
  store: Store;
  services: Services;
  siteUrl: string;
  /** Milliseconds. */
  toolTimeoutMs: number;
  /** Seals the state of exchanges that take several rounds; the same on every replica. */
  stateKey: Buffer;
}

/** The server of one request, or of one connection. */
export interface ServerRequest {
  caller: Caller;
  log: Logger;
  /** What is asked for. Everything is registered when it is left out. */
  call?: RpcCall | undefined;
}

/** Reads the dependencies from the settings and the store. */
export async function serverDependencies<Services>(
  config: Config,
  store: Store,
  services: Services,
): Promise<ServerDependencies<Services>> {
  const stateKey = await serverSecret(store, 'mcp-request-state');
  return { store, services, siteUrl: config.siteUrl, toolTimeoutMs: config.toolTimeoutMs, stateKey };
}

/**
 * Builds the server that answers one request. Only what the call names is registered, so that the work of a request
 * does not grow with the content.
 */
export function createMcpServer<Services>(
  content: ServerContent<Services>,
  { stateKey, ...dependencies }: ServerDependencies<Services>,
  { caller, log, call }: ServerRequest,
): McpServer {
  const codec = createRequestStateCodec({
    key: stateKey,
    bind: (sdk) => `${sdk.mcpReq.method}\0${caller.id}`,
  });
  const server = new McpServer(content.info, {
    instructions: content.instructions,
    capabilities: {
      // The content is fixed until the next start, so no list ever changes under a client.
      tools: { listChanged: false },
      resources: { listChanged: false },
      prompts: { listChanged: false },
      completions: {},
      ...(content.extensions && { extensions: content.extensions }),
    },
    ...(content.cacheHints && { cacheHints: content.cacheHints }),
    requestState: { verify: codec.verify },
  });
  const requestScope: RequestScope<Services> = {
    ...dependencies,
    caller,
    log,
    sealState: codec.mint,
    clientCapabilities: () => server.server.getClientCapabilities(),
  };
  for (const definition of definitionsFor(content, call)) definition.register(server, requestScope);
  // The SDK would list every registered resource; ours may be readable without being listed.
  server.server.setRequestHandler('resources/list', async (_request, sdk) => {
    const lists = await Promise.all(content.resources.map((resource) => resource.list(requestScope, sdk)));
    return { resources: lists.flat() };
  });
  return server;
}

/**
 * Builds a server with everything once, so that a name used twice or a schema without JSON form stops the start
 * instead of a request.
 *
 * @throws naming the definition at fault
 */
export function assertContent<Services>(
  content: ServerContent<Services>,
  dependencies: ServerDependencies<Services>,
  log: Logger,
): void {
  const nobody: Caller = { kind: 'service', id: 'start', name: 'start', scopes: [], clientId: 'start' };
  createMcpServer(content, dependencies, { caller: nobody, log });
  const known = new Set(content.scopes.map(({ name }) => name));
  for (const tool of content.tools) {
    const unknown = tool.scopes.find((scope) => !known.has(scope));
    if (unknown)
      throw new Error(`Tool ${tool.name} needs the scope ${unknown}, which the server does not define`);
  }
}

function definitionsFor<Services>(
  content: ServerContent<Services>,
  call: RpcCall | undefined,
): (Tool<Services> | Resource<Services> | Prompt<Services>)[] {
  const { tools, resources, prompts } = content;
  switch (call?.method) {
    case undefined:
      return [...tools, ...resources, ...prompts];
    case 'tools/list':
      return tools;
    case 'tools/call':
      return tools.filter(({ name }) => name === call.name);
    case 'resources/templates/list':
      return resources.filter(({ isTemplate }) => isTemplate);
    case 'resources/read':
      return resources.filter(({ uri, isTemplate }) => isTemplate || uri === call.name);
    case 'prompts/list':
      return prompts;
    case 'prompts/get':
      return prompts.filter(({ name }) => name === call.name);
    case 'completion/complete':
      return [
        ...prompts.filter(({ name }) => name === call.name),
        ...resources.filter(({ uri }) => uri === call.name),
      ];
    default:
      return [];
  }
}
