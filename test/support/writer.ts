/** Writes 20 rows, each in a transaction that reads first: `writer.ts DATABASE_URL NAME`. */
import { openStore } from '../../src/platform/store/database.js';

const [url = '', name = ''] = process.argv.slice(2);
const store = await openStore(url);
for (let index = 0; index < 20; index += 1) {
  await store.transaction().execute(async (transaction) => {
    await transaction.selectFrom('server_secrets').selectAll().execute();
    const row = { name: `${name} ${index}`, value: '', created_at: 0 };
    await transaction.insertInto('server_secrets').values(row).execute();
  });
}
await store.destroy();
