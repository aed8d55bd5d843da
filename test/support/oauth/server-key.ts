import { importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import { connectStore } from '../../../src/platform/store/database.js';

/** Signs a token with the server's own key, which takes access to its database. */
export async function signAsServer(databaseUrl: string, claims: JWTPayload, typ = 'at+jwt'): Promise<string> {
  const store = await connectStore(databaseUrl);
  const { kid, private_jwk } = await store.selectFrom('signing_keys').selectAll().executeTakeFirstOrThrow();
  await store.destroy();
  const key = await importJWK(JSON.parse(private_jwk) as JWK, 'ES256');
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ, kid }).sign(key);
}
