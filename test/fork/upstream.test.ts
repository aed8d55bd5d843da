import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectStore } from '../../src/platform/store/database.js';
import { startProgram } from '../support/programs/server.js';
import { type Checkout, checkOut } from './support/checkout.js';
import { growClinic } from './support/grow.js';

const MIGRATIONS = 'src/platform/store/migrations';
const ACCOUNT_LOCKS = `import type { Kysely } from 'kysely';

/** Creates the table of locked accounts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable('account_locks').addColumn('username', 'text', (column) => column.primaryKey()).execute();
}
`;

let checkout: Checkout;
beforeAll(async () => {
  checkout = await checkOut();
});
afterAll(() => checkout.remove());

/** Makes the next upstream commit, with a migration of the platform under the next number. */
async function addAccountLocks(): Promise<void> {
  const index = join(checkout.root, MIGRATIONS, 'index.ts');
  const text = await readFile(index, 'utf8');
  const last = [...text.matchAll(/^import \* as \w+ from '\.\/\d+-[^']+';\n|^ {2}'\d+-[^']+': \w+,\n/gm)];
  const [lastImport, lastEntry] = ['import', '  '].map(
    (start) => last.filter(([line]) => line.startsWith(start)).at(-1)?.[0] ?? '',
  );
  const number = Number(/\d+/.exec(lastEntry ?? '')) + 1;
  const name = `${String(number).padStart(4, '0')}-account-locks`;
  const changed = text
    .replace(lastImport ?? '', (line) => `${line}import * as accountLocks from './${name}.js';\n`)
    .replace(lastEntry ?? '', (line) => `${line}  '${name}': accountLocks,\n`);
  await writeFile(index, changed);
  await writeFile(join(checkout.root, MIGRATIONS, `${name}.ts`), ACCOUNT_LOCKS);
}

it('a migration that upstream adds later merges without a conflict, and starts on the database of the fork', async () => {
  const { root, must, commit } = checkout;
  await must('git', 'branch', 'upstream');
  await must('npm', 'run', 'init', '--', '--name', 'Blue Dental Clinic');
  await growClinic(checkout);
  await commit('A clinic');
  await must('npm', 'run', 'build');

  const database = `file:${join(root, 'data/clinic.db')}`;
  const start = () => startProgram(join(root, 'dist/main.js'), { DATABASE_URL: database });
  await (await start()).stop();
  const before = await connectStore(database);
  const appointment = { id: 'a1', username: 'alice', day: '2026-03-02', time: '09:00', booked_at: 1 };
  await before.insertInto('appointments').values(appointment).execute();
  const users = await before.selectFrom('users').selectAll().orderBy('username').execute();
  expect(users.map(({ username }) => username)).toEqual(['alice', 'bob']);
  await before.destroy();

  await must('git', 'switch', '--quiet', 'upstream');
  await addAccountLocks();
  await commit('Lock accounts');
  await must('git', 'switch', '--quiet', 'main');
  await must('git', 'merge', '--no-edit', 'upstream');
  // Left by a build of a version that had this file, and not made for the others as they are.
  await writeFile(join(root, 'dist/older.js'), "export { older } from './server.js';\n");
  await must('npm', 'run', 'build');

  const server = await start();
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  await server.stop();
  const after = await connectStore(database);
  expect(await after.selectFrom('appointments').selectAll().execute()).toEqual([appointment]);
  expect(await after.selectFrom('users').selectAll().orderBy('username').execute()).toEqual(users);
  expect(await after.selectFrom('account_locks').selectAll().execute()).toEqual([]);
  await after.destroy();
}, 120_000);
