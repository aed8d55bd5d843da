import {
  type Implementation,
  McpServer,
  type McpServerOptions,
  type ServerCapabilities,
} from '@modelcontextprotocol/server';
import type { Scope } from '../scopes.js';
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

/**
 * Builds the server that answers one request. Only what the call names is registered, so that the work of a request
 * does not grow with the content; without a call, everything is.
 *
 * @param requestState how sealed states of earlier rounds are opened
 */
export function createMcpServer(
  content: ServerContent,
  serving: Omit<Serving, 'clientCapabilities'>,
  call: RpcCall | undefined,
  requestState: McpServerOptions['requestState'],
): McpServer {
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
    ...(requestState && { requestState }),
  });
  const complete: Serving = { ...serving, clientCapabilities: () => server.server.getClientCapabilities() };
  for (const definition of needed(content, call)) definition.register(server, complete);
  // The SDK would list every registered resource; ours may be readable without being listed.
  server.server.setRequestHandler('resources/list', async (_request, sdk) => {
    const lists = await Promise.all(content.resources.map((resource) => resource.list(complete, sdk)));
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
export function assertContent(content: ServerContent, serving: Omit<Serving, 'clientCapabilities'>): void {
  createMcpServer(content, serving, undefined, undefined);
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
