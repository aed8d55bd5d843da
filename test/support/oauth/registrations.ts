import { connectStore } from '../../../src/platform/store/database.js';

/** Inserts that many registrations with these values directly, the oldest first and all younger than real ones. */
export async function fill(
  databaseUrl: string,
  count: number,
  values: { network?: string; used_at?: number },
): Promise<void> {
  const store = await connectStore(databaseUrl);
  const rows = Array.from({ length: count }, (_, index) => ({
    client_id: `client-${values.network ?? ''}-${index}`,
    redirect_uris: '[]',
    token_endpoint_auth_method: 'none' as const,
    grant_types: '[]',
    created_at: 0,
    expires_at: 9_999_990_000 + index,
    ...values,
  }));
  for (let index = 0; index < rows.length; index += 1000) {
    await store
      .insertInto('oauth_clients')
      .values(rows.slice(index, index + 1000))
      .execute();
  }
  await store.destroy();
}
