import type { Implementation } from '@modelcontextprotocol/server';
import type { Router } from 'express';
import type { AddCommands } from './command.js';
import type { ValuesOf, VariableTable } from './config/variable.js';
import type { Logger } from './logger.js';
import type { ServerContent } from './mcp/content.js';
import type { Accounts } from './oauth/sign-in/accounts.js';
import type { Store } from './store/database.js';
import type { Migrations } from './store/migrations/index.js';
import type { Brand } from './ui/brand.js';
import { lineIcon } from './ui/line-icon.js';

/** What `services` receives. */
export interface ServiceContext<Settings> {
  settings: Settings;
  store: Store;
  log: Logger;
  /** Whether the server runs with demo data. */
  demoData: boolean;
}

/** What `routes` receives. */
export interface RouteContext<Services> {
  brand: Brand;
  services: Services;
  store: Store;
}

/** Services, created once at the start. `close` is awaited when the server stops. */
// `object &`, because TypeScript rejects services that share no property with an all-optional type.
export type Closeable = object & { close?: () => void | Promise<void> };

/** A complete server: everything that is not the platform's. */
export interface ServerDefinition<Variables extends VariableTable, Services extends Closeable>
  extends Omit<ServerContent<Services>, 'info'> {
  brand: Brand;
  version: string;
  settings: Variables;
  services: (context: ServiceContext<ValuesOf<Variables>>) => Services | Promise<Services>;
  /** Who may sign in. */
  accounts: (store: Store) => Accounts;
  /** Routes that need no sign-in, such as files that answers link to. */
  routes?: (context: RouteContext<Services>) => (Router | Promise<Router>)[];
  migrations: Migrations;
  /** Inserts demo data. Runs at every start with `DEMO_DATA`, so it must not touch rows that already exist. */
  demoData?: (store: Store) => Promise<void>;
  /** Adds commands to the command line. */
  commands?: AddCommands;
}

/** Declares a server. Returns its argument unchanged; it exists to type-check the parts against each other. */
export function defineServer<Variables extends VariableTable, Services extends Closeable>(
  definition: ServerDefinition<Variables, Services>,
): ServerDefinition<Variables, Services> {
  return definition;
}

/** Returns what the server offers over MCP: the definition, introduced by its brand. */
export function contentOf<Variables extends VariableTable, Services extends Closeable>(
  definition: ServerDefinition<Variables, Services>,
): ServerContent<Services> {
  const { brand, version } = definition;
  const info: Implementation = {
    name: brand.slug,
    title: brand.name,
    version,
    description: brand.description,
    icons: lineIcon(brand.logo, brand.colors.light.accent),
  };
  return { ...definition, info };
}
