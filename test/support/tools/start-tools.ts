import type { Client, ClientOptions } from '@modelcontextprotocol/client';
import { afterAll, onTestFinished, TestRunner } from 'vitest';
import type { Caller } from '../../../src/platform/caller.js';
import type { ServerContent } from '../../../src/platform/mcp/content.js';
import type { Store } from '../../../src/platform/store/database.js';
import type { Migrations } from '../../../src/platform/store/migrations/index.js';
import definition from '../../../src/server.js';
import { startApp } from '../app/app.js';
import { connectModern } from '../app/clients.js';
import { openTestStore } from '../app/database.js';

/** The content under test. Omitted parts are empty, but scopes and migrations default to those of `src/server.ts`. */
export interface ToolsUnderTest<Services>
  extends Partial<Pick<ServerContent<Services>, 'tools' | 'resources' | 'prompts' | 'scopes' | 'attach'>> {
  services?: Services;
  migrations?: Migrations;
  /** Fills the tables. */
  demoData?: (store: Store) => Promise<void>;
  /** Settings of the platform, such as `TOOL_TIMEOUT_MS`. */
  environment?: Record<string, string>;
}

/** The caller, and options of the 2.x client such as `signal` and `onprogress`. */
export type CallOptions = { as?: Caller } & NonNullable<Parameters<Client['callTool']>[1]>;

/** A running server with the tools under test. */
export interface StartedTools {
  /** Calls a tool, by default as the user alice. */
  call: (
    name: string,
    args?: Record<string, unknown>,
    options?: CallOptions,
  ) => ReturnType<Client['callTool']>;
  /** Connects a client of the 2.x SDK for everything else: lists, resources, prompts, forms. It closes with the server. */
  connect: (options?: { as?: Caller } & ClientOptions) => Promise<Client>;
  /** Makes a user with these scopes, by default with all. */
  user: (id: string, scopes?: string[]) => Caller;
  /** A service with every scope. */
  service: Caller;
  /** Returns the bearer token of a caller, for clients of your own. */
  tokenOf: (caller: Caller) => string;
  mcpUrl: string;
  /** The origin of links in answers. */
  url: string;
  store: Store;
  /** The log lines so far, parsed. */
  logs: Record<string, unknown>[];
}

/**
 * Starts the whole pipeline with your tools, in this process and without a build: HTTP, sign-in, the MCP endpoint, an
 * empty database. Call it at the top of a file, in a `describe`, in a test or in `beforeEach`. Everything stops by itself
 * when that scope ends.
 *
 * @example
 * const shop = await startTools({ tools: [getOrderStatus], demoData: seedShop });
 *
 * it('shows a user their own orders only', async () => {
 *   const result = await shop.call('get_order_status', { order_id: 'ORD-2001' }, { as: shop.user('alice') });
 *   expect(result.isError).toBe(true);
 * });
 */
export async function startTools<Services = unknown>(
  options: ToolsUnderTest<Services>,
): Promise<StartedTools> {
  const {
    services,
    migrations = definition.migrations,
    scopes = definition.scopes,
    demoData,
    environment,
  } = options;
  const { tools = [], resources = [], prompts = [], attach } = options;
  const store = await openTestStore(migrations);
  await demoData?.(store);
  const everyScope = scopes.map(({ name }) => name);
  const callers = new Map<string, Caller>();
  const content = { tools, resources, prompts, scopes, ...(attach && { attach }) } as Partial<ServerContent>;
  const app = await startApp(content, environment, {
    store,
    services,
    brand: definition.brand,
    accounts: definition.accounts(store),
    verifiers: [(token) => callers.get(token)],
  });

  const clients: Client[] = [];
  stopAtTheEnd(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await app.stop();
  });

  const tokenOf = (caller: Caller) => {
    const token = Buffer.from(JSON.stringify(caller)).toString('base64url');
    callers.set(token, caller);
    return token;
  };
  const user = (id: string, granted = everyScope): Caller => ({
    kind: 'user',
    id,
    name: id,
    scopes: granted,
    clientId: 'test',
  });
  async function connect({ as = user('alice'), ...clientOptions }: { as?: Caller } & ClientOptions = {}) {
    const client = await connectModern(app.mcpUrl, tokenOf(as), undefined, clientOptions);
    clients.push(client);
    return client;
  }
  const connected = new Map<string, Promise<Client>>();
  function clientOf(caller: Caller): Promise<Client> {
    const token = tokenOf(caller);
    const client = connected.get(token) ?? connect({ as: caller });
    connected.set(token, client);
    return client;
  }
  return {
    async call(name, args = {}, { as = user('alice'), ...requestOptions } = {}) {
      const client = await clientOf(as);
      return client.callTool({ name, arguments: args }, requestOptions);
    },
    connect,
    user,
    service: { kind: 'service', id: 'service:test', name: 'test', scopes: everyScope, clientId: 'test' },
    tokenOf,
    mcpUrl: app.mcpUrl,
    url: app.url,
    store,
    logs: app.logs,
  };
}

/** Stops after the current test, or outside a test after all tests of the enclosing scope. */
function stopAtTheEnd(stop: () => Promise<void>): void {
  if (TestRunner.getCurrentTest() === undefined) afterAll(stop);
  else onTestFinished(stop);
}
