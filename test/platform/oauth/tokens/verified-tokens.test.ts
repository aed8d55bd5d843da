import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { sha256 } from '../../../../src/platform/digest.js';
import {
  createAccessTokens,
  type VerifiedClaims,
} from '../../../../src/platform/oauth/tokens/access-token.js';
import { createKeyStore } from '../../../../src/platform/oauth/tokens/key-store.js';
import { createSigningKeys, type SigningKeys } from '../../../../src/platform/oauth/tokens/keys.js';
import { createVerifiedTokens } from '../../../../src/platform/oauth/tokens/verified-tokens.js';
import type { Store } from '../../../../src/platform/store/database.js';
import { openTestStore } from '../../../support/app/database.js';

const resource = 'https://i.example/mcp';
const claims = { sub: 'ann', client_id: 'c', scope: 'notes:read', aud: resource, gid: 'g' };

let store: Store;
let keys: SigningKeys;
beforeAll(async () => {
  store = await openTestStore();
  const keyStore = createKeyStore(store, { keyEncryptionSecret: undefined, accessTokenTtl: 3600 });
  keys = await createSigningKeys(keyStore, { warn: vi.fn() });
});
afterAll(() => store.destroy());

/** Makes a verifier that remembers, and counts how often a token was verified. */
function verifier() {
  const tokens = createAccessTokens(keys, { issuer: 'https://i.example', resource, lifetime: 3600 });
  const verify = vi.fn(tokens.verify);
  const verified = createVerifiedTokens({ verify }, keys);
  const check = (token: string, report?: (reason: string) => void) => verified(token, report, sha256(token));
  return { sign: tokens.sign, check, verify };
}

it('a token is verified once, and each token has its own claims', async () => {
  const { sign, check, verify } = verifier();
  const [first, second] = [await sign(claims), await sign({ ...claims, sub: 'bea' })];
  for (let call = 0; call < 3; call++) {
    expect(await check(first)).toMatchObject({ sub: 'ann', gid: 'g' });
    expect(await check(second)).toMatchObject({ sub: 'bea' });
  }
  expect(verify).toHaveBeenCalledTimes(2);
});

it('a token that was refused is verified again, and refused for the same reason', async () => {
  const { sign, check, verify } = verifier();
  const foreign = await sign({ ...claims, aud: 'https://other.example/mcp' });
  const reasons: string[] = [];
  for (let call = 0; call < 3; call++) {
    expect(await check(foreign, (reason) => reasons.push(reason))).toBeUndefined();
  }
  expect(verify).toHaveBeenCalledTimes(3);
  expect(new Set(reasons).size).toBe(1);
  expect(reasons[0]).toContain('aud');
});

it('a token that differs in one character from one in use is verified', async () => {
  const { sign, check } = verifier();
  const token = await sign(claims);
  expect(await check(token)).toBeDefined();
  const last = token.at(-5) === 'A' ? 'B' : 'A';
  expect(await check(`${token.slice(0, -5)}${last}${token.slice(-4)}`)).toBeUndefined();
});

it('the number of tokens that are remembered is limited, and the oldest are forgotten; invented ones take no place', async () => {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const valid: VerifiedClaims = { ...claims, jti: 'j', exp, kid: 'k' };
  const verify = vi.fn(async (token: string) => (token === 'invented' ? undefined : valid));
  const check = createVerifiedTokens({ verify }, { isInUse: async () => true });
  const use = (token: number, text = 'valid') => check(text, undefined, String(token));
  for (let token = 0; token <= 10_000; token++) await use(token);
  for (let token = 20_000; token <= 30_000; token++) await use(token, 'invented');
  verify.mockClear();
  for (let token = 1; token <= 10_000; token++) await use(token);
  expect(verify).not.toHaveBeenCalled();
  await use(0);
  expect(verify).toHaveBeenCalledOnce();
});
