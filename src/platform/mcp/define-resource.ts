import {
  type Annotations,
  type CacheHint,
  type Icon,
  type InputRequiredResult,
  type Resource as ListedResource,
  type McpServer,
  type ReadResourceResult,
  ResourceNotFoundError,
  ResourceTemplate as SdkTemplate,
  type ServerContext,
  UriTemplate,
  type Variables,
} from '@modelcontextprotocol/server';
import type { Caller } from '../caller.js';
import { spellUri } from '../resource-uri.js';
import { bindCompletions, type Complete } from './completions.js';
import { type HandlerContext, handlerContext, type RequestScope } from './context.js';
import { assertScopes, challengeFor, missingScopes, withErrorBoundary } from './failures.js';
import type { ScopeOf } from './request-scopes.js';

interface Described {
  name: string;
  title: string;
  description: string;
  mimeType: string;
  annotations?: Annotations;
  icons?: Icon[];
  size?: number;
  _meta?: Record<string, unknown>;
  /** The caller needs all of these. */
  scopes: [string, ...string[]];
  /** How long clients may cache the contents. */
  cacheHint?: CacheHint;
  /** Whether a caller who has the scopes may be told of changes. Needed where `read` answers by who asks. */
  subscribable?: (caller: Caller, uri: string) => boolean;
}

/** Text, a full MCP result, or a request for input. */
type ReadAnswer = string | ReadResourceResult | InputRequiredResult;

/** A resource with a fixed URI. */
export interface ResourceDefinition<Services> extends Described {
  uri: string;
  /** Whether `resources/list` shows it to this caller, who can read it either way. By default everyone sees it. */
  listed?: (caller: Caller) => boolean;
  read: (context: HandlerContext<Services>) => ReadAnswer | Promise<ReadAnswer>;
}

/** A template for many resources. */
export interface ResourceTemplateDefinition<Variable extends string, Services> extends Described {
  /** A URI template (RFC 6570), such as `shop://products/{product_id}`. */
  uriTemplate: `${string}{${Variable}}${string}`;
  complete?: { [V in Variable]?: Complete<Services> };
  /** Lists the resources behind the template. Without it none are listed. */
  list?: (context: HandlerContext<Services>) => ListedResource[] | Promise<ListedResource[]>;
  read: (
    variables: Record<Variable, string>,
    context: HandlerContext<Services> & { uri: string },
  ) => ReadAnswer | Promise<ReadAnswer>;
}

/** A resource or template that is ready to be registered with the server of a request. */
export interface Resource<Services = unknown> {
  name: string;
  description: string;
  /** The URI, or the URI template. */
  uri: string;
  isTemplate: boolean;
  scopes: string[];
  /** Checks whether it is read at this URI, spelled by `spellUri`. */
  matches: (uri: string) => boolean;
  /** Checks whether a caller who has the scopes may be told when the resource at this URI changes. */
  subscribable: (caller: Caller, uri: string) => boolean;
  /** Returns the entries that `resources/list` shows to this caller. */
  list: (
    server: McpServer,
    scope: RequestScope<Services>,
    sdk: ServerContext,
  ) => ListedResource[] | Promise<ListedResource[]>;
  register: (server: McpServer, scopeOf: ScopeOf<Services>) => void;
}

/**
 * Defines a resource with a fixed URI.
 *
 * @example
 * export const menu = defineResource({
 *   name: 'menu',
 *   uri: 'bistro://menu',
 *   title: 'Menu of the day',
 *   description: 'Today’s dishes with their prices',
 *   mimeType: 'text/markdown',
 *   scopes: ['read'],
 *   cacheHint: { ttlMs: 60_000, cacheScope: 'public' },
 *   read: () => '- Onion soup, 7 EUR',
 * });
 */
export function defineResource<Services = unknown>(
  definition: ResourceDefinition<Services>,
): Resource<Services> {
  const {
    name,
    uri,
    scopes,
    listed = always,
    subscribable = always,
    read,
    cacheHint,
    ...metadata
  } = definition;
  const config = { ...metadata, ...(cacheHint && { cacheHint }), scopeChallenge: challengeFor(...scopes) };
  return {
    name,
    description: definition.description,
    uri,
    isTemplate: false,
    scopes,
    matches: (other) => other === spellUri(uri),
    subscribable,
    list: (_server, { caller }) => (listed(caller) ? [{ uri, name, ...metadata }] : []),
    register(server, scopeOf) {
      server.registerResource(name, uri, config, (_uri, sdk) => {
        const scope = scopeOf(sdk);
        return withErrorBoundary(
          () => scope.log.child({ resource: uri }),
          async () => {
            assertScopes(scope.caller, scopes);
            return contents(uri, metadata.mimeType, await read(handlerContext(name, server, scope, sdk)));
          },
        );
      });
    },
  };
}

/**
 * Defines a template for many resources. Throw `ResourceNotFoundError` for a URI that does not exist.
 *
 * @example
 * export const dish = defineResourceTemplate({
 *   name: 'dish',
 *   uriTemplate: 'bistro://dishes/{dish}',
 *   title: 'One dish',
 *   description: 'What is in a dish',
 *   mimeType: 'text/plain',
 *   scopes: ['read'],
 *   complete: { dish: (typed) => [...recipes.keys()].filter((dish) => dish.startsWith(typed)) },
 *   read: ({ dish }, { uri }) => {
 *     const recipe = recipes.get(dish);
 *     if (recipe === undefined) throw new ResourceNotFoundError(uri);
 *     return recipe;
 *   },
 * });
 */
export function defineResourceTemplate<Variable extends string, Services = unknown>(
  definition: ResourceTemplateDefinition<Variable, Services>,
): Resource<Services> {
  const {
    name,
    uriTemplate,
    scopes,
    complete = {},
    list,
    subscribable = always,
    read,
    ...metadata
  } = definition;
  const template = new UriTemplate(uriTemplate);
  const config = { ...metadata, scopeChallenge: challengeFor(...scopes) };
  return {
    name,
    description: definition.description,
    uri: uriTemplate,
    isTemplate: true,
    scopes,
    matches: (uri) => uri.length <= MAX_URI_LENGTH && template.match(uri) !== null,
    subscribable,
    list: (server, scope, sdk) =>
      list && missingScopes(scope.caller, scopes).length === 0
        ? withErrorBoundary(
            () => scope.log.child({ resource: name }),
            () => list(handlerContext(name, server, scope, sdk)),
          )
        : [],
    register(server, scopeOf) {
      const registered = new SdkTemplate(uriTemplate, {
        list: undefined,
        complete: bindCompletions(complete, scopes, scopeOf),
      });
      server.registerResource(name, registered, config, (uri, variables, sdk) => {
        const scope = scopeOf(sdk);
        return withErrorBoundary(
          () => scope.log.child({ resource: name }),
          async () => {
            assertScopes(scope.caller, scopes);
            const context = Object.assign(handlerContext(name, server, scope, sdk), { uri: uri.href });
            return contents(
              uri.href,
              metadata.mimeType,
              await read(decodeVariables(variables, uri), context),
            );
          },
        );
      });
    },
  };
}

const always = () => true;

/** With a longer one, `UriTemplate.match` throws. A body of 1 MB has room for it, or grows to it as it is spelled. */
const MAX_URI_LENGTH = 1_000_000;

function contents(
  uri: string,
  mimeType: string,
  answer: ReadAnswer,
): ReadResourceResult | InputRequiredResult {
  return typeof answer === 'string' ? { contents: [{ uri, mimeType, text: answer }] } : answer;
}

/**
 * Decodes variables into plain text. Our templates never explode variables into lists.
 *
 * @throws {ResourceNotFoundError} when percent-encoding is malformed
 */
function decodeVariables<Variable extends string>(variables: Variables, uri: URL): Record<Variable, string> {
  try {
    const entries = Object.entries(variables).map(([name, value]) => [
      name,
      decodeURIComponent(String(value)),
    ]);
    return Object.fromEntries(entries);
  } catch {
    throw new ResourceNotFoundError(uri.href);
  }
}
