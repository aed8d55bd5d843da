import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OAuthTables } from '../../../../src/platform/oauth/tables.js';
import { createAccessTokens } from '../../../../src/platform/oauth/tokens/access-token.js';
import { createKeyStore } from '../../../../src/platform/oauth/tokens/key-store.js';
import { createSigningKeys } from '../../../../src/platform/oauth/tokens/keys.js';
import { openStore, type Store } from '../../../../src/platform/store/database.js';
import { eraseReplaced } from '../../../../src/platform/store/erase.js';
import { onlyOnFile, openTestStore } from '../../../support/app/database.js';

const ISSUER = 'https://i.example';
const TTL = 3600;
const SECRET = 'q8Zr2LkT5vYb9NcX4mHd7GsJ1wPf6RaE';
const OTHER = 'E6aRf1PwJsG7dHm4XcN9bYv5TkL2rZ8q';

let store: Store<OAuthTables>;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(() => store.destroy());
const keyStore = (on: Store, keyEncryptionSecret?: string) =>
  createKeyStore(on, { keyEncryptionSecret, accessTokenTtl: TTL });
/** Makes the keys ready, as a start does. */
const prepare = (on: Store, secret?: string) => createSigningKeys(keyStore(on, secret), { warn: vi.fn() });

describe('KEY_ENCRYPTION_SECRET', () => {
  const stored = async () =>
    (await store.selectFrom('signing_keys').select('private_jwk').execute()).map((row) => row.private_jwk);

  it('keeps private keys out of the database in plain text, and rotates encrypted ones', async () => {
    const keys = await prepare(store, SECRET);
    await keyStore(store, SECRET).rotate(0);
    for (const text of await stored()) expect(text).not.toMatch(/"d":|"kty"/);
    const tokens = createAccessTokens(keys, { issuer: ISSUER, resource: `${ISSUER}/mcp`, lifetime: TTL });
    const token = await tokens.sign({
      sub: 'ann',
      client_id: 'c',
      scope: 'notes:read',
      aud: `${ISSUER}/mcp`,
      gid: 'g',
    });
    expect(await tokens.verify(token)).toMatchObject({ sub: 'ann' });
  });

  it('encrypts what was stored before it was set, and keeps the key', async () => {
    const { kid } = await (await prepare(store)).current();
    expect((await stored())[0]).toContain('"d":');
    expect((await (await prepare(store, SECRET)).current()).kid).toBe(kid);
    expect((await stored())[0]).not.toContain('"d":');
  });

  it.each(['the log', 'the database'])(
    'leaves no trace of a plain key in the files when it was in %s',
    async (place) => {
      onlyOnFile('Reads the files of the database.');
      const directory = await mkdtemp(join(tmpdir(), 'mcp-keys-'));
      const file = await openStore(`file:${join(directory, 'server.db')}`);
      const remains = async () => {
        const names = await readdir(directory);
        const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'latin1')));
        return texts.some((text) => text.includes('"d":"'));
      };
      await prepare(file);
      if (place === 'the database') await eraseReplaced(file);
      expect(await remains()).toBe(true);
      await prepare(file, SECRET);
      expect(await remains()).toBe(false);
      await file.destroy();
      await rm(directory, { recursive: true });
    },
  );

  it('missing or wrong stops the start with a reason', async () => {
    await prepare(store, SECRET);
    await expect(prepare(store)).rejects.toThrow(/set KEY_ENCRYPTION_SECRET/);
    await expect(prepare(store, OTHER)).rejects.toThrow(/KEY_ENCRYPTION_SECRET is not the one/);
  });
});
