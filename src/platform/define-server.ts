import type { Implementation, McpServerOptions, ServerCapabilities } from '@modelcontextprotocol/server';
import type { Router } from 'express';
import type { ValuesOf, VariableTable } from './config/variable.js';
import type { Logger } from './logger.js';
import type { Attach, ServerContent } from './mcp/content.js';
import type { Prompt } from './mcp/define-prompt.js';
import type { Resource } from './mcp/define-resource.js';
import type { Tool } from './mcp/define-tool.js';
import type { Accounts } from './oauth/sign-in/accounts.js';
import type { Scope } from './scopes.js';
import type { Store } from './store/database.js';
import type { Migrations } from './store/migrations/index.js';
import type { Brand } from './ui/brand.js';
import { lineIcon } from './ui/line-icon.js';

/** What services are made from. */
export interface ServiceContext<Settings> {
  settings: Settings;
  store: Store;
  log: Logger;
  /** Whether the server runs with demo data. */
  demoData: boolean;
}

/** What routes are made from. */
export interface RouteContext<Services> {
  brand: Brand;
  services: Services;
  store: Store;
}

/** What tools need, made once; `close` is awaited when the server stops. */
// With `object &`, because services without `close` would share no property with this type, which is an error by itself.
export type Closeable = object & { close?: () => void | Promise<void> };

/** The whole of a server: everything the platform does not decide. */
export interface ServerDefinition<Variables extends VariableTable, Services extends Closeable> {
  brand: Brand;
  version: string;
  /** For the model: what this server is for and how its parts work together. */
  instructions: string;
  scopes: Scope[];
  settings: Variables;
  services: (context: ServiceContext<ValuesOf<Variables>>) => Services | Promise<Services>;
  /** Who may sign in. */
  accounts: (store: Store) => Accounts;
  /** The lists are advertised in their order. */
  tools: Tool<Services>[];
  resources: Resource<Services>[];
  prompts: Prompt<Services>[];
  /** Extensions of the protocol, by identifier. */
  extensions?: ServerCapabilities['extensions'];
  /** Adds to the server of a request what the `define*` helpers do not cover, such as extensions of the SDK. */
  attach?: Attach<Services>;
  /** How long clients may keep lists. */
  cacheHints?: McpServerOptions['cacheHints'];
  /** Routes that need no sign-in, such as files behind links in answers. */
  routes?: (context: RouteContext<Services>) => (Router | Promise<Router>)[];
  migrations: Migrations;
  /** Fills the tables of a demonstration; runs at every start with `DEMO_DATA`, so it must leave what exists alone. */
  demoData?: (store: Store) => Promise<void>;
}

/** Declares a server. It returns what it is given; its types hold the parts together. */
export function defineServer<Variables extends VariableTable, Services extends Closeable>(
  definition: ServerDefinition<Variables, Services>,
): ServerDefinition<Variables, Services> {
  return definition;
}

/** What the server offers over MCP. */
export function contentOf<Variables extends VariableTable, Services extends Closeable>({
  brand,
  version,
  instructions,
  scopes,
  tools,
  resources,
  prompts,
  extensions,
  attach,
  cacheHints,
}: ServerDefinition<Variables, Services>): ServerContent<Services> {
  const info: Implementation = {
    name: brand.slug,
    title: brand.name,
    version,
    description: brand.description,
    icons: lineIcon(brand.logo, brand.colors.light.accent),
  };
  return {
    info,
    instructions,
    scopes,
    tools,
    resources,
    prompts,
    ...(extensions && { extensions }),
    ...(attach && { attach }),
    ...(cacheHints && { cacheHints }),
  };
}
