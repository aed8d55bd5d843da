import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Checkout, checkOut } from './support/checkout.js';

/** A server that offers nothing, but whose users may sign in. */
const SERVER = `import { createAccounts } from './accounts/index.js';
import { accountsMigrations } from './accounts/migrations/index.js';
import { brand } from './brand.js';
import { defineServer } from './platform/define-server.js';

export default defineServer({
  brand,
  version: '1.0.0',
  instructions: '',
  scopes: [{ name: 'read', description: 'Read', default: true }],
  settings: {},
  services: () => ({}),
  accounts: createAccounts,
  tools: [],
  resources: [],
  prompts: [],
  migrations: accountsMigrations,
});
`;

let checkout: Checkout;
beforeAll(async () => {
  checkout = await checkOut();
  const removed = ['shop', 'tools', 'resources', 'prompts', 'services.ts', 'settings.ts', 'icons.ts'].map(
    (name) => join('src', name),
  );
  const tests = await readdir(join(checkout.root, 'test'));
  removed.push(
    ...tests
      .filter((name) => !['platform', 'support', 'wild'].includes(name))
      .map((name) => join('test', name)),
  );
  // The scripts that draw the example's files, measure it and remove it.
  removed.push('bench', 'scripts/init', 'scripts/make-media.ts');
  for (const path of removed) await rm(join(checkout.root, path), { recursive: true });
  await writeFile(join(checkout.root, 'src/server.ts'), SERVER);
});
afterAll(() => checkout.remove());

it('everything else compiles without the example', async () => {
  const { output } = await checkout.run('npx', 'tsc');
  expect(output).toBe('');
});
