import {
  type Implementation,
  McpServer,
  type McpServerOptions,
  type ServerCapabilities,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server';
import type { Caller } from '../caller.js';
import type { RpcCall } from '../http/request-locals.js';
import type { Logger } from '../logger.js';
import type { Scope } from '../scopes.js';
import { refuseQuestions } from './asking.js';
import { type RequestScope, type ServerScope, stateCodec } from './context.js';
import type { Prompt } from './define-prompt.js';
import type { Resource } from './define-resource.js';
import type { Tool } from './define-tool.js';
import type { ScopeOf } from './request-scopes.js';
import { guardHandlers, logUnwritable } from './sdk-handlers.js';
import { answerCompletions, forgetInheritedNames } from './sdk-tables.js';

/** Everything a server offers. Clients list tools, resources and prompts in the order given here. */
export interface ServerContent<Services = unknown> {
  info: Implementation;
  /** Tells the model what this server is for and how its parts work together. */
  instructions: string;
  scopes: Scope[];
  tools: Tool<Services>[];
  resources: Resource<Services>[];
  prompts: Prompt<Services>[];
  /** The protocol extensions the content uses, keyed by identifier. */
  extensions?: ServerCapabilities['extensions'];
  attach?: Attach<Services>;
  /** How long clients may cache lists. */
  cacheHints?: McpServerOptions['cacheHints'];
}

/**
 * Registers what the `define*` helpers do not cover, such as an SDK extension with its own methods, with the server of
 * a request. Runs before the server is connected, for every request that does not name a tool, prompt or resource of
 * the content. `scope.call` says what the request asks for. It also runs once at start, where an error stops the
 * server.
 *
 * Resources it registers can be read, but only those of the content appear in `resources/list`. Scopes are not checked
 * for it: check `scope.caller.scopes` yourself.
 *
 * @example
 * const skills = await loadSkills('./skills'); // from @modelcontextprotocol/server/ext/skills/node
 *
 * export const attach: Attach = (server) => skills.attach(server);
 */
export type Attach<Services = unknown> = (server: McpServer, scope: RequestScope<Services>) => void;

/**
 * Builds the server that answers one request. Registers only what the call names, so that requests do not become slower
 * as tools are added.
 *
 * @param offersSubscriptions whether the client can subscribe to resources, which takes revision 2026-07-28
 */
export function createMcpServer<Services>(
  content: ServerContent<Services>,
  scope: RequestScope<Services>,
  offersSubscriptions = false,
): McpServer {
  const definitions = definitionsFor(content, scope.call);
  const server = assemble(content, definitions, () => scope, offersSubscriptions);
  server.server.onerror = (error) => logUnwritable(error, scope.log);
  if (!definitions.some((definition) => isNamed(definition, scope.call))) content.attach?.(server, scope);
  if (scope.call === undefined || scope.call.method === 'completion/complete') answerCompletions(server);
  return server;
}

/**
 * Builds a server with everything but what `attach` adds, for any number of requests.
 *
 * @param revision one that the server answers besides those of the 2025 era
 */
export function createSharedServer<Services>(
  content: ServerContent<Services>,
  scopeOf: ScopeOf<Services>,
  { offersSubscriptions = false, revision }: { offersSubscriptions?: boolean; revision?: string },
): McpServer {
  const revisions = revision === undefined ? undefined : [...SUPPORTED_PROTOCOL_VERSIONS, revision];
  return assemble(content, definitionsFor(content, undefined), scopeOf, offersSubscriptions, revisions);
}

function assemble<Services>(
  content: ServerContent<Services>,
  definitions: Definition<Services>[],
  scopeOf: ScopeOf<Services>,
  offersSubscriptions: boolean,
  supportedProtocolVersions?: string[],
): McpServer {
  const server = new McpServer(content.info, {
    instructions: content.instructions,
    capabilities: {
      // The content is fixed until the next start, so lists never change while a client is connected.
      tools: { listChanged: false },
      resources: { listChanged: false, ...(offersSubscriptions && { subscribe: true }) },
      prompts: { listChanged: false },
      completions: {},
      ...(content.extensions && { extensions: content.extensions }),
    },
    ...(content.cacheHints && { cacheHints: content.cacheHints }),
    requestState: { verify: (state, sdk) => stateCodec(scopeOf(sdk)).verify(state, sdk) },
    enforceStrictCapabilities: true,
    ...(supportedProtocolVersions && { supportedProtocolVersions }),
  });
  forgetInheritedNames(server);
  guardHandlers(server, scopeOf);
  refuseQuestions(server);
  for (const definition of definitions) definition.register(server, scopeOf);
  // The SDK would list every registered resource, but ours can be readable without being listed.
  server.server.setRequestHandler('resources/list', async (_request, sdk) => {
    const scope = scopeOf(sdk);
    const lists = await Promise.all(content.resources.map((resource) => resource.list(server, scope, sdk)));
    return { resources: lists.flat() };
  });
  return server;
}

/**
 * Checks the content by building a server with everything once. A duplicate name, a schema without a JSON form or an
 * unknown scope then stops the start instead of failing requests.
 *
 * @throws naming the faulty definition
 */
export function assertContent<Services>(
  content: ServerContent<Services>,
  serverScope: ServerScope<Services>,
  log: Logger,
): void {
  const nobody: Caller = { kind: 'service', id: 'start', name: 'start', scopes: [], clientId: 'start' };
  createMcpServer(content, { ...serverScope, caller: nobody, log });
  const known = new Set(content.scopes.map(({ name }) => name));
  const { tools, resources, prompts } = content;
  for (const [kind, definitions] of Object.entries({ Tool: tools, Resource: resources, Prompt: prompts })) {
    for (const { name, scopes } of definitions) {
      const unknown = scopes.find((scope) => !known.has(scope));
      if (unknown) {
        throw new Error(`${kind} ${name} needs the scope ${unknown}, which the server does not define`);
      }
    }
  }
}

type Definition<Services> = Tool<Services> | Resource<Services> | Prompt<Services>;

function definitionsFor<Services>(
  content: ServerContent<Services>,
  call: RpcCall | undefined,
): Definition<Services>[] {
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

/** Methods whose `name` or `uri` selects the definition that answers. */
const NAMING_METHODS = ['tools/call', 'resources/read', 'prompts/get', 'completion/complete'];

function isNamed<Services>(definition: Definition<Services>, call: RpcCall | undefined): boolean {
  if (call === undefined || !NAMING_METHODS.includes(call.method)) return false;
  return call.name === ('uri' in definition ? definition.uri : definition.name);
}
