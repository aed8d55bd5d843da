import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createAccessTokens } from '../../../../../src/platform/oauth/tokens/access-token.js';
import { createKeyStore } from '../../../../../src/platform/oauth/tokens/key-store.js';
import { createSigningKeys } from '../../../../../src/platform/oauth/tokens/keys.js';
import type { Store } from '../../../../../src/platform/store/database.js';
import { openTestStore } from '../../../../support/app/database.js';

let store: Store;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  store = await openTestStore();
});
afterEach(async () => {
  vi.useRealTimers();
  await store.destroy();
});
const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

it('a key that signs at once is known within two seconds, however many invented ones strangers send', async () => {
  const home = createKeyStore(store, { keyEncryptionSecret: undefined, accessTokenTtl: 3600 });
  const replica = async () =>
    createAccessTokens(await createSigningKeys(home, { warn: vi.fn() }), {
      issuer: 'https://i.example',
      resource: 'https://i.example/mcp',
      lifetime: 3600,
    });
  const flooded = await replica();
  const invented = async () => {
    const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: 'invented' }));
    expect(await flooded.verify(`${header.toString('base64url')}.e30.c2lnbmF0dXJl`)).toBeUndefined();
  };
  pass(5);
  // Has the keys read a moment before there is a new one.
  await invented();
  await home.rotate(0);
  const claims = { sub: 'ann', client_id: 'c', scope: 'notes:read', aud: 'https://i.example/mcp', gid: 'g' };
  const token = await (await replica()).sign(claims);
  for (let tenths = 0; tenths < 20; tenths += 1) {
    await invented();
    pass(0.1);
  }
  expect(await flooded.verify(token)).toMatchObject({ sub: 'ann' });
});
