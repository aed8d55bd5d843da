import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../../src/platform/config/config.js';
import { createRecords, type Records } from '../../../../../src/platform/oauth/records.js';
import { openStore, type Store } from '../../../../../src/platform/store/database.js';
import { fill } from '../../../../support/oauth/registrations.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../../../support/programs/postgres.js';

describe.skipIf(postgresProgram === undefined)('on PostgreSQL', () => {
  let postgres: TestPostgres;
  let store: Store;
  let records: Records;
  beforeAll(async () => {
    postgres = await startPostgres();
    store = await openStore(postgres.url);
    const accounts = { findUser: async () => undefined };
    records = createRecords({ config: parseConfig({}), store, logger: { warn: () => {} }, accounts });
  });
  afterAll(async () => {
    await store?.destroy();
    await postgres?.stop();
  });

  const registerFrom = (address: string, client_name: string) =>
    records.registeredClients.register(
      { redirect_uris: ['https://app.example/cb'], client_name },
      { address, count: async () => {} },
    );
  const ids = async () =>
    (await store.selectFrom('oauth_clients').select('client_id').execute()).map(({ client_id }) => client_id);

  it('a network makes room for its own registrations, and the one with the most for others', async () => {
    await fill(postgres.url, 8010, { used_at: 1 });
    await fill(postgres.url, 1000, { network: '10.0.0.0/24' });
    await registerFrom('10.0.0.7', 'One more');
    expect(await ids()).not.toContain('client-10.0.0.0/24-0');
    await fill(postgres.url, 990, { network: '10.0.1.0/24' });
    await registerFrom('192.0.2.1', 'Another');
    const left = await ids();
    expect(left).toHaveLength(10_000);
    expect(left.filter((id) => id.startsWith('client-10.0.0.0/24'))).toHaveLength(999);
    expect(left.filter((id) => id.startsWith('client-10.0.1.0/24'))).toHaveLength(990);
  });

  it('copies of documents are bounded', async () => {
    for (let index = 0; index < 502; index += 1)
      await records.documentCopies.save(`https://a.example/${index}`, '{}');
    await records.documentCopies.markUsed('https://a.example/501');
    expect(await store.selectFrom('client_documents').select('client_id').execute()).toHaveLength(500);
    expect(await records.documentCopies.lastUsed(5)).toEqual(['https://a.example/501']);
    expect(await records.documentCopies.find('https://a.example/501')).toMatchObject({ document: '{}' });
  });
});
