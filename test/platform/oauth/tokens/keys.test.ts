import { decodeProtectedHeader, errors, type JWTHeaderParameters } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Logger } from '../../../../src/platform/logger.js';
import type { OAuthTables } from '../../../../src/platform/oauth/tables.js';
import { createAccessTokens } from '../../../../src/platform/oauth/tokens/access-token.js';
import { createKeyStore } from '../../../../src/platform/oauth/tokens/key-store.js';
import {
  createSigningKeys as createKeys,
  type SigningKeys,
} from '../../../../src/platform/oauth/tokens/keys.js';
import { sweep } from '../../../../src/platform/oauth/tokens/sweep.js';
import type { Store } from '../../../../src/platform/store/database.js';
import { openTestStore } from '../../../support/app/database.js';

const TTL = 3600;
const LEAD_TIME = 86_400;

let store: Store<OAuthTables>;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  store = await openTestStore();
});
afterEach(async () => {
  vi.useRealTimers();
  await store.destroy();
});
const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);
const published = async (keys: SigningKeys) => (await keys.publicKeys()).keys.map(({ kid }) => kid);
const tokensOf = (keys: SigningKeys) =>
  createAccessTokens(keys, { issuer: 'https://i.example', resource: 'https://i.example/mcp', lifetime: TTL });
const keyStore = (on: Store) => createKeyStore(on, { keyEncryptionSecret: undefined, accessTokenTtl: TTL });
const createSigningKeys = (on: Store, logger: Pick<Logger, 'warn'> = { warn: vi.fn() }) =>
  createKeys(keyStore(on), logger);
/** Rotates the keys, and fails when the rotation is refused. */
async function rotate({ leadTime = LEAD_TIME }: { leadTime?: number } = {}) {
  const rotated = await keyStore(store).rotate(leadTime);
  if (rotated === undefined) throw new Error('A key is waiting');
  return rotated;
}
const claims = { sub: 'ann', client_id: 'c', scope: 'notes:read', aud: 'https://i.example/mcp', gid: 'g' };

describe('rotation', () => {
  it('publishes a key before it signs; the old key stays until its last token has expired', async () => {
    const keys = await createSigningKeys(store);
    const replica = await createSigningKeys(store);
    const first = (await keys.current()).kid;
    const { kid: second } = await rotate();

    pass(61);
    expect(await published(replica)).toEqual([second, first]);
    expect((await replica.current()).kid).toBe(first);
    pass(86_330);
    const lastOfFirst = await tokensOf(keys).sign(claims);

    pass(61);
    expect((await keys.current()).kid).toBe(second);
    expect((await replica.current()).kid).toBe(second);
    pass(TTL - 120);
    expect(await tokensOf(replica).verify(lastOfFirst)).toMatchObject({ sub: 'ann' });

    pass(600);
    await sweep([keyStore(store)]);
    expect(await published(replica)).toEqual([second]);
    expect((await replica.current()).kid).toBe(second);
  });

  it('without lead time still works on replicas that have not read the key yet', async () => {
    const replica = await createSigningKeys(store);
    pass(5);
    const { kid } = await rotate({ leadTime: 0 });
    const signer = await createSigningKeys(store);
    const token = await tokensOf(signer).sign(claims);
    pass(3);
    expect((await signer.current()).kid).toBe(kid);
    expect(await tokensOf(replica).verify(token)).toMatchObject({ sub: 'ann' });
  });
});

describe('overlapping rotations', () => {
  const rows = () => store.selectFrom('signing_keys').selectAll().orderBy('signs_from').execute();

  it('leave only one key waiting', async () => {
    await createSigningKeys(store);
    const both = await Promise.all([1, 2].map(() => keyStore(store).rotate(LEAD_TIME)));
    expect(both.filter((rotated) => rotated === undefined)).toHaveLength(1);
    expect(await rows()).toHaveLength(2);
  });

  it('a forced one replaces a waiting key, so that the new key signs from then on', async () => {
    const keys = await createSigningKeys(store);
    const { kid: waiting } = await rotate();
    const { kid: forced } = await rotate({ leadTime: 0 });
    expect((await rows()).map(({ kid }) => kid)).not.toContain(waiting);
    pass(2 * 86_400);
    expect((await keys.current()).kid).toBe(forced);
    expect((await rows()).at(-1)?.expires_at).toBeNull();
  });

  it('forced ones in the same second leave one signing key that never expires', async () => {
    const keys = await createSigningKeys(store);
    await Promise.all([1, 2, 3].map(() => rotate({ leadTime: 0 })));
    pass(61);
    const { kid } = await keys.current();
    const all = await rows();
    expect(all.filter(({ expires_at }) => expires_at === null).map((row) => row.kid)).toEqual([kid]);
  });

  it('a key is published until the last token of the slowest replica has expired on the slowest clock', async () => {
    await createSigningKeys(store);
    const { signsFrom, previousUntil } = await rotate();
    expect(previousUntil - signsFrom).toBe(60 + TTL + 60);
  });
});

it('a key is gone once it has expired, even before the sweep', async () => {
  const keys = await createSigningKeys(store);
  const token = await tokensOf(keys).sign(claims);
  const { kid, previousUntil } = await rotate({ leadTime: 0 });
  vi.setSystemTime(previousUntil * 1000);
  expect(await published(keys)).toEqual([kid]);
  await expect(keys.forVerification(decodeProtectedHeader(token) as JWTHeaderParameters)).rejects.toThrow(
    errors.JWKSNoMatchingKey,
  );
});

describe('while the database fails', () => {
  it('the keys that were read last are used, and the log says so', async () => {
    const warn = vi.fn();
    const keys = await createSigningKeys(store, { warn });
    const token = await tokensOf(keys).sign(claims);
    const jwks = await published(keys);
    await store.schema.alterTable('signing_keys').renameTo('away').execute();
    pass(61);
    expect(await tokensOf(keys).verify(token)).toMatchObject({ sub: 'ann' });
    expect(await published(keys)).toEqual(jwks);
    expect(await tokensOf(keys).verify(await tokensOf(keys).sign(claims))).toBeDefined();
    expect(warn).toHaveBeenCalledWith(expect.anything(), 'the signing keys could not be read again');
  });

  it('a token with an unknown key is not called invalid', async () => {
    const replica = await createSigningKeys(store);
    await rotate({ leadTime: 0 });
    const token = await tokensOf(await createSigningKeys(store)).sign(claims);
    await store.schema.alterTable('signing_keys').renameTo('away').execute();
    pass(3);
    await expect(tokensOf(replica).verify(token)).rejects.toThrow(/signing_keys/);
    await store.schema.alterTable('away').renameTo('signing_keys').execute();
    pass(2);
    expect(await tokensOf(replica).verify(token)).toMatchObject({ sub: 'ann' });
  });

  it.each([
    ['works', false],
    ['fails', true],
  ])(
    'any number of tokens with invented keys cost one read in two seconds while it %s',
    async (_how, fails) => {
      const home = keyStore(store);
      const readKeys = vi.spyOn(home, 'read');
      const tokens = tokensOf(await createKeys(home, { warn: vi.fn() }));
      const [, ...rest] = (await tokens.sign(claims)).split('.');
      const header = (kid: string) =>
        Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid })).toString('base64url');
      const flood = () =>
        Promise.allSettled(
          Array.from({ length: 100 }, (_, n) => tokens.verify([header(`invented-${n}`), ...rest].join('.'))),
        );
      if (fails) readKeys.mockRejectedValue(new Error('the database is away'));
      for (let seconds = 0; seconds < 10; seconds += 1) {
        for (const { status } of await flood()) {
          // In the first two seconds, what the start has read still counts.
          if (fails && seconds >= 2) expect(status).toBe('rejected');
        }
        pass(1);
      }
      expect(readKeys.mock.calls.length).toBeGreaterThanOrEqual(4);
      expect(readKeys.mock.calls.length).toBeLessThanOrEqual(5);
    },
  );

  it('a key that signs at once is known within two seconds, however many invented ones strangers send', async () => {
    const replica = tokensOf(await createSigningKeys(store));
    const invented = async () => {
      const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: 'invented' }));
      expect(await replica.verify(`${header.toString('base64url')}.e30.c2lnbmF0dXJl`)).toBeUndefined();
    };
    pass(5);
    // Has the keys read a moment before there is a new one.
    await invented();
    await rotate({ leadTime: 0 });
    const token = await tokensOf(await createSigningKeys(store)).sign(claims);
    for (let tenths = 0; tenths < 20; tenths += 1) {
      await invented();
      pass(0.1);
    }
    expect(await replica.verify(token)).toMatchObject({ sub: 'ann' });
  });

  it('a token that is wrong for another reason still is', async () => {
    const tokens = tokensOf(await createSigningKeys(store));
    for (const wrong of ['garbage', 'a.b.c', `${await tokens.sign(claims)}x`]) {
      expect(await tokens.verify(wrong)).toBeUndefined();
    }
  });
});
