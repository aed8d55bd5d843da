import { decodeJwt, type JWTPayload } from 'jose';
import { z } from 'zod';
import type { Caller } from '../caller.js';
import { quoted } from '../log-text.js';

/** Claims of an ID token (OpenID Connect Core sections 2 and 3.3.2.11) that no access token has. */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash'];

const scopeClaim = z.union([
  z.string().transform((text) => text.split(' ').filter(Boolean)),
  z.array(z.string()),
]);

/** Why a token is not one of this issuer, before anything is verified; `undefined` when it claims to be. */
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
 * Why a verified JWT is not an access token for us; `undefined` when it is. Refused are ID tokens, which are for the
 * client's eyes, refresh and logout tokens, and tokens bound to a key (RFC 9449, RFC 8705), which must not be accepted
 * from anybody who merely holds them. Only the type of RFC 9068 says for certain that a token is an access token; others
 * must carry scopes, which no ID token has. Keycloak writes the kind into a claim of its own: `Bearer`, or `ID`,
 * `Refresh`, `Offline`, `Logout`.
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

/** The caller a verified access token identifies. */
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

/** From `scope` (RFC 9068) or `scp` (Entra, Okta), as text or as a list; `undefined` where neither is there. */
function scopesOf(payload: JWTPayload): string[] | undefined {
  return [payload['scope'], payload['scp']].map((claim) => scopeClaim.safeParse(claim).data).find(Boolean);
}
