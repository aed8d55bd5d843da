import type { Caller } from '../../../src/platform/caller.js';
import type { Tool } from '../../../src/platform/mcp/define.js';
import { openStore } from '../../../src/platform/store/database.js';
import definition from '../../../src/server.js';
import { seedShop } from '../../../src/shop/seed.js';
import { startApp, type TestApp } from './app.js';

/** An app with the demo shop and these tools, where a user's name is their token. */
export async function startShop(...tools: Tool[]): Promise<TestApp> {
  const store = await openStore('file::memory:', { migrations: definition.migrations });
  await seedShop(store);
  const scopes = ['read', 'orders:write'];
  const verifiers = ['alice', 'bob'].map(
    (id) =>
      (token: string): Caller | undefined =>
        token === id ? { kind: 'user', id, name: id, scopes, clientId: 'test' } : undefined,
  );
  return startApp({ tools, scopes: definition.scopes }, {}, { store, verifiers });
}
