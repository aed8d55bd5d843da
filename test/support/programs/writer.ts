/** Writes 300 rows when told to begin, each in a transaction that reads first: `writer.ts DATABASE_URL NAME`. */
import { once } from 'node:events';
import { openStore } from '../../../src/platform/store/database.js';

const [url = '', name = ''] = process.argv.slice(2);
const store = await openStore(url);
process.stdout.write('ready');
await once(process.stdin, 'data');
process.stdin.destroy();
for (let index = 0; index < 300; index += 1) {
  await store.transaction().execute(async (transaction) => {
    await transaction.selectFrom('server_secrets').select('name').limit(1).execute();
    const row = { name: `${name} ${index}`, value: '', created_at: 0 };
    await transaction.insertInto('server_secrets').values(row).execute();
  });
}
await store.destroy();
