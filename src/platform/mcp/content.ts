import {
  createRequestStateCodec,
  type Implementation,
  McpServer,
  type McpServerOptions,
  type ServerCapabilities,
} from '@modelcontextprotocol/server';
import type { Caller } from '../caller.js';
import type { Config } from '../config.js';
import type { Logger } from '../logger.js';
import type { Scope } from '../scopes.js';
import type { Store } from '../store/database.js';
import { serverSecret } from '../store/secrets.js';
import type { RpcCall } from './call.js';
import type { Serving } from './context.js';
import type { Prompt } from './define-prompt.js';
import type { Resource } from './define-resource.js';
import type { Tool } from './define-tool.js';

/** Everything a server offers. The lists are advertised in their order. */
export interface ServerContent {
  info: Implementation;
  /** For the model: what this server is for and how its parts work together. */
  instructions: string;
  scopes: Scope[];
  tools: Tool[];
  resources: Resource[];
  prompts: Prompt[];
  /** Extensions of the protocol the content uses, by identifier. */
  extensions?: ServerCapabilities['extensions'];
  /** How long clients may keep lists. */
  cacheHints?: McpServerOptions['cacheHints'];
}

/** What a server needs besides its content and the caller; the same for every request. */
export interface ServerDependencies {
  store: Store;
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
export async function serverDependencies(config: Config, store: Store): Promise<ServerDependencies> {
  const stateKey = await serverSecret(store, 'mcp-request-state');
  return { store, siteUrl: config.siteUrl, toolTimeoutMs: config.toolTimeoutMs, stateKey };
}

/**
 * Builds the server that answers one request. Only what the call names is registered, so that the work of a request
 * does not grow with the content.
 */
export function createMcpServer(
  content: ServerContent,
  { stateKey, ...dependencies }: ServerDependencies,
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
  const serving: Serving = {
    ...dependencies,
    caller,
    log,
    sealState: codec.mint,
    clientCapabilities: () => server.server.getClientCapabilities(),
  };
  for (const definition of needed(content, call)) definition.register(server, serving);
  // The SDK would list every registered resource; ours may be readable without being listed.
  server.server.setRequestHandler('resources/list', async (_request, sdk) => {
    const lists = await Promise.all(content.resources.map((resource) => resource.list(serving, sdk)));
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
export function assertContent(content: ServerContent, dependencies: ServerDependencies, log: Logger): void {
  const nobody: Caller = { kind: 'service', id: 'start', name: 'start', scopes: [], clientId: 'start' };
  createMcpServer(content, dependencies, { caller: nobody, log });
  const known = new Set(content.scopes.map(({ name }) => name));
  for (const tool of content.tools) {
    const unknown = tool.scopes.find((scope) => !known.has(scope));
    if (unknown)
      throw new Error(`Tool ${tool.name} needs the scope ${unknown}, which the server does not define`);
  }
}

function needed(content: ServerContent, call: RpcCall | undefined): (Tool | Resource | Prompt)[] {
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
