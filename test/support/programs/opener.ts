/** Opens a database with a fork's migration when told to begin: `opener.ts DATABASE_URL`. */
import { once } from 'node:events';
import { type Kysely, sql } from 'kysely';
import { openStore } from '../../../src/platform/store/database.js';

const [url = ''] = process.argv.slice(2);
const appointments = {
  async up(db: Kysely<unknown>) {
    await db.schema.createTable('appointments').addColumn('name', 'text').execute();
    await sql`insert into appointments values ('kept')`.execute(db);
  },
};
process.stdout.write('ready');
await once(process.stdin, 'data');
process.stdin.destroy();
const store = await openStore(url, { migrations: { '0004-appointments': appointments } });
await store.destroy();
