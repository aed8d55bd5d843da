import { decodeJwt, type JWTPayload } from 'jose';
import { z } from 'zod';
import type { Caller } from '../caller.js';
import { quoted } from '../log-text.js';

/** Claims that only ID tokens have (OpenID Connect Core sections 2 and 3.3.2.11). */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash'];

const scopeClaim = z.union([
  z.string().transform((text) => text.split(' ').filter(Boolean)),
  z.array(z.string()),
]);

/** Returns why a token does not even claim to be from this issuer, or `undefined` if it does. Verifies nothing. */
export function foreignIssuer(token: string, issuer: string): string | undefined {
  let iss: unknown;
  try {
    ({ iss } = decodeJwt(token));
  } catch {
    return 'not a JWT';
  }
  if (iss === issuer) return undefined;
  return `iss is ${typeof iss === 'string' ? quoted(iss) : 'missing'}, expected ${quoted(issuer)}`;
}

/**
 * Returns why a verified JWT is not an access token for this server, or `undefined` if it is one. Refuses ID tokens,
 * which are meant for the client; refresh and logout tokens; and tokens bound to a key (RFC 9449, RFC 8705), which must
 * not be accepted from someone who merely holds them. Only the header type of RFC 9068 identifies an access token for
 * certain. Others must carry scopes, which ID tokens never do. Keycloak puts the kind of token into a `typ` claim of
 * its own: `Bearer`, `ID`, `Refresh`, `Offline` or `Logout`.
 *
 * @param type the `typ` of the header
 */
export function whyNotAccessToken(payload: JWTPayload, type: string | undefined): string | undefined {
  const { sub, typ: kind, cnf } = payload;
  if (typeof sub !== 'string' || sub === '') return 'sub is empty or not a text';
  const telltale = ID_TOKEN_CLAIMS.find((claim) => payload[claim] !== undefined);
  if (telltale !== undefined) return `an ID token, not an access token: it has ${telltale}`;
  if (cnf !== undefined) return 'bound to a key (cnf), and bearer tokens only are accepted';
  if (kind !== undefined && !/^(bearer|(at\+)?jwt)$/i.test(String(kind)))
    return `not an access token: the claim typ is ${quoted(String(kind))}`;
  if (/^(application\/)?at\+jwt$/i.test(type ?? '')) return undefined;
  if (type !== undefined && !/^(application\/)?jwt$/i.test(type))
    return `not an access token: the header typ is ${quoted(type)}`;
  if (scopesOf(payload) === undefined)
    return 'no scope or scp claim, and no header typ at+jwt: it may be an ID token';
  return undefined;
}

/** Returns the caller a verified access token identifies. */
export function toCaller(payload: JWTPayload): Caller {
  const text = (...names: string[]) =>
    names.map((name) => payload[name]).find((value) => typeof value === 'string');
  const id = payload.sub ?? '';
  return {
    kind: 'user',
    id,
    name: text('name', 'preferred_username') ?? id,
    scopes: scopesOf(payload) ?? [],
    clientId: text('client_id', 'azp') ?? 'unknown',
  };
}

/** Reads `scope` (RFC 9068) or `scp` (Entra, Okta), as text or a list. Returns `undefined` if both are missing. */
function scopesOf(payload: JWTPayload): string[] | undefined {
  return [payload['scope'], payload['scp']].map((claim) => scopeClaim.safeParse(claim).data).find(Boolean);
}
