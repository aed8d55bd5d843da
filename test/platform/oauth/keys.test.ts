import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAccessTokens } from '../../../src/platform/oauth/access-token.js';
import { createSigningKeys, rotateSigningKey, type SigningKeys } from '../../../src/platform/oauth/keys.js';
import { sweep } from '../../../src/platform/oauth/sweep.js';
import { openStore, type Store } from '../../../src/platform/store/database.js';

const TTL = 3600;
const SECRET = 'q8Zr2LkT5vYb9NcX4mHd7GsJ1wPf6RaE';
const OTHER = 'E6aRf1PwJsG7dHm4XcN9bYv5TkL2rZ8q';
const rotation = { leadTime: 900, accessTokenTtl: TTL, encryptionSecret: undefined };

let store: Store;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  store = await openStore('file::memory:');
});
afterEach(async () => {
  vi.useRealTimers();
  await store.destroy();
});
const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);
const published = async (keys: SigningKeys) => (await keys.publicKeys()).keys.map(({ kid }) => kid);
const tokensOf = (keys: SigningKeys) =>
  createAccessTokens(keys, { issuer: 'https://i.example', resource: 'https://i.example/mcp', lifetime: TTL });
const claims = { sub: 'alice', client_id: 'c', scope: 'read', aud: 'https://i.example/mcp', gid: 'g' };

describe('rotation', () => {
  it('publishes a key before it signs; old tokens stay valid until they expire; then the old key goes', async () => {
    const keys = await createSigningKeys(store);
    const replica = await createSigningKeys(store);
    const first = (await keys.current()).kid;
    const { kid: second } = await rotateSigningKey(store, rotation);

    pass(61);
    expect(await published(replica)).toEqual([second, first]);
    expect((await replica.current()).kid).toBe(first);
    pass(830);
    const lastOfFirst = await tokensOf(keys).sign(claims);

    pass(61);
    expect((await keys.current()).kid).toBe(second);
    expect((await replica.current()).kid).toBe(second);
    pass(TTL - 120);
    expect(await tokensOf(replica).verify(lastOfFirst)).toMatchObject({ sub: 'alice' });

    pass(600);
    await sweep(store);
    expect(await published(replica)).toEqual([second]);
    expect((await replica.current()).kid).toBe(second);
  });

  it('without lead time is verified by replicas that have not read the key yet', async () => {
    const replica = await createSigningKeys(store);
    pass(5);
    const { kid } = await rotateSigningKey(store, { ...rotation, leadTime: 0 });
    const signer = await createSigningKeys(store);
    const token = await tokensOf(signer).sign(claims);
    pass(3);
    expect((await signer.current()).kid).toBe(kid);
    expect(await tokensOf(replica).verify(token)).toMatchObject({ sub: 'alice' });
  });
});

describe('KEY_ENCRYPTION_SECRET', () => {
  const stored = async () =>
    (await store.selectFrom('signing_keys').select('private_jwk').execute()).map((row) => row.private_jwk);

  it('keeps private keys out of the database in plain text, and rotates encrypted ones', async () => {
    const keys = await createSigningKeys(store, SECRET);
    await rotateSigningKey(store, { ...rotation, leadTime: 0, encryptionSecret: SECRET });
    for (const text of await stored()) expect(text).not.toMatch(/"d":|kty/);
    expect(await tokensOf(keys).verify(await tokensOf(keys).sign(claims))).toMatchObject({ sub: 'alice' });
  });

  it('encrypts what was stored before it was set, and keeps the key', async () => {
    const { kid } = await (await createSigningKeys(store)).current();
    expect((await stored())[0]).toContain('"d":');
    expect((await (await createSigningKeys(store, SECRET)).current()).kid).toBe(kid);
    expect((await stored())[0]).not.toContain('"d":');
  });

  it('missing or wrong stops the start with a reason', async () => {
    await createSigningKeys(store, SECRET);
    await expect(createSigningKeys(store)).rejects.toThrow(/set KEY_ENCRYPTION_SECRET/);
    await expect(createSigningKeys(store, OTHER)).rejects.toThrow(/KEY_ENCRYPTION_SECRET is not the one/);
  });
});
