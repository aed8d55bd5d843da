import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { nowInSeconds } from '../../../src/platform/clock.js';
import type { TestApp } from '../app/app.js';
import { clientDocument, DOCUMENT_HOST, DOCUMENT_URL, type DocumentHost } from './document-host.js';
import { codeOf, tokenRequest } from './oauth.js';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** What the document of a client says that never goes without an assertion. */
export const KEYS_ONLY = { token_endpoint_auth_method: 'private_key_jwt' };
export const KEYS_URL = `https://${DOCUMENT_HOST}/oauth/jwks.json`;

/** A pair of keys with an id. */
export interface SigningKey {
  privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  kid: string;
  alg: string;
  /** The public key, as a member of a key set. */
  jwk: JWK;
}

export async function signingKey(alg = 'ES256', kid: string = randomUUID()): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, kid, alg, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** Serves the document of a client at its address, and its key set at another one. */
export function serveClient(host: DocumentHost, changes: Record<string, unknown>, keys: JWK[]): void {
  const document = clientDocument({ jwks_uri: KEYS_URL, ...changes });
  host.answer((req, res) => {
    res.writeHead(200, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify(`https://${DOCUMENT_HOST}${req.url}` === KEYS_URL ? { keys } : document));
  });
}

/** Signs the assertion of a client. A claim or header that is `undefined` in the changes is left out. */
export function signAssertion(
  key: SigningKey,
  claims: Record<string, unknown> & { aud: unknown },
  header: Record<string, unknown> = {},
): Promise<string> {
  const all = {
    iss: DOCUMENT_URL,
    sub: DOCUMENT_URL,
    jti: randomUUID(),
    iat: nowInSeconds(),
    exp: nowInSeconds() + 60,
    ...claims,
  };
  return new SignJWT(JSON.parse(JSON.stringify(all)) as JWTPayload)
    .setProtectedHeader(JSON.parse(JSON.stringify({ alg: key.alg, kid: key.kid, ...header })))
    .sign(key.privateKey);
}

/** Returns the fields of a form for an assertion. */
export const asserted = (client_assertion: string) => ({
  client_assertion_type: ASSERTION_TYPE,
  client_assertion,
});

export const ACCEPTED = [400, 'invalid_grant'];
export const REFUSED = [401, 'invalid_client'];

/** Returns the reasons for every refusal, as the operator reads them in the log. */
export const refusalDetails = ({ logs }: Pick<TestApp, 'logs'>) =>
  logs.filter(({ msg }) => msg === 'refused').map(({ detail }) => detail);

/** Asks for a refresh with a made-up token, which is REFUSED unless the client is authenticated, and else ACCEPTED. */
export const attempt = async (url: string, form: Record<string, string>) =>
  codeOf(await tokenRequest(url, { grant_type: 'refresh_token', refresh_token: 'x', ...form }));
