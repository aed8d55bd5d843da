import { z } from 'zod';
import { nowInSeconds } from '../../clock.js';
import { randomToken, sha256 } from '../../digest.js';
import type { Store } from '../../store/database.js';
import { OAuthError } from '../common/errors.js';
import type { OAuthTables } from '../tables.js';
import { isAcceptableRedirectUri, isLoopbackRedirect, withoutPort } from './redirect-uri.js';

/** A client nobody has signed in through yet is kept this long, in seconds. */
const UNUSED_CLIENT_TTL = 86_400;
/** How many registered clients there may be in all. */
const MAX_CLIENTS = 10_000;

const SUPPORTED_GRANTS = ['authorization_code', 'refresh_token'];
// PostgreSQL cannot store null bytes.
const text = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\0]*$/);

/** Client metadata (RFC 7591 section 2). What is left out gets its effective value; what is not listed is dropped. */
const clientMetadata = z.object({
  redirect_uris: z.array(z.string().refine(isAcceptableRedirectUri)).min(1).max(10),
  client_name: text(120).optional(),
  client_uri: text(500)
    .pipe(z.url({ protocol: /^https?$/ }))
    .optional()
    .catch(undefined),
  token_endpoint_auth_method: z
    .enum(['none', 'client_secret_post', 'client_secret_basic'])
    .default('client_secret_basic'),
  grant_types: z
    .array(text(100))
    .max(10)
    .default(SUPPORTED_GRANTS)
    .transform((types) => SUPPORTED_GRANTS.filter((type) => types.includes(type)))
    .refine((types) => types.includes('authorization_code')),
  response_types: z
    .array(text(50))
    .max(10)
    .default(['code'])
    .refine((types) => types.includes('code'))
    .transform(() => ['code']),
});

type ClientMetadata = z.output<typeof clientMetadata>;

/** What `POST /register` answers (RFC 7591 section 3.2.1): all effective metadata, and the secret this one time. */
export interface ClientInformation extends ClientMetadata {
  client_id: string;
  client_id_issued_at: number;
  client_secret?: string;
  client_secret_expires_at?: number;
}

/**
 * Registers a client (RFC 7591). A public client that registers again with the same metadata gets the same id, so that
 * applications which register at each connection do not pile up.
 *
 * @param body the parsed JSON of the request
 * @param count called for metadata that is acceptable, before anything is stored; it may throw to prevent it
 * @throws {OAuthError} naming the field at fault, or 503 when there are too many clients
 */
export async function registerClient(
  store: Store<OAuthTables>,
  body: unknown,
  count?: () => Promise<void>,
): Promise<ClientInformation> {
  const metadata = parseMetadata(body);
  await count?.();
  const isPublic = metadata.token_endpoint_auth_method === 'none';
  const now = nowInSeconds();
  const registration_hash = isPublic ? digestOf(metadata) : null;
  if (registration_hash !== null) {
    const known = await extendKnownClient(store, registration_hash, now);
    if (known) return { client_id: known.client_id, client_id_issued_at: known.created_at, ...metadata };
  }
  await assertClientQuota(store, now);
  const secret = isPublic ? undefined : randomToken();
  const client = {
    client_id: randomToken(),
    client_name: metadata.client_name ?? null,
    client_uri: metadata.client_uri ?? null,
    redirect_uris: JSON.stringify(metadata.redirect_uris),
    token_endpoint_auth_method: metadata.token_endpoint_auth_method,
    grant_types: JSON.stringify(metadata.grant_types),
    secret_hash: secret === undefined ? null : sha256(secret),
    registration_hash,
    created_at: now,
    expires_at: now + UNUSED_CLIENT_TTL,
  };
  const { client_id, created_at } = await store
    .insertInto('oauth_clients')
    .values(client)
    // Two equal registrations at the same moment: the second one gets the client of the first.
    .onConflict((conflict) =>
      conflict.column('registration_hash').doUpdateSet({ expires_at: client.expires_at }),
    )
    .returning(['client_id', 'created_at'])
    .executeTakeFirstOrThrow();
  return {
    client_id,
    client_id_issued_at: created_at,
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    ...metadata,
  };
}

function parseMetadata(body: unknown): ClientMetadata {
  const parsed = clientMetadata.safeParse(withoutNulls(body));
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path[0];
  if (field === 'redirect_uris') {
    throw new OAuthError(
      'invalid_redirect_uri',
      'redirect_uris must hold 1 to 10 addresses: https, http on the same computer, or the scheme of an application',
    );
  }
  const known = typeof field === 'string' && field in clientMetadata.shape;
  throw new OAuthError(
    'invalid_client_metadata',
    known ? `The value of ${field} is not acceptable` : 'The body must be a JSON object of client metadata',
  );
}

/** The same for registrations that differ only in what never matters: the port on the user's own computer, the order. */
function digestOf(metadata: ClientMetadata): string {
  const redirect_uris = metadata.redirect_uris
    .map((uri) => (isLoopbackRedirect(uri) ? withoutPort(uri) : uri))
    .toSorted();
  return sha256(JSON.stringify({ ...metadata, redirect_uris }));
}

/** Some clients write null for what they leave out. */
function withoutNulls(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

async function extendKnownClient(store: Store<OAuthTables>, registrationHash: string, now: number) {
  const known = await store
    .selectFrom('oauth_clients')
    .select(['client_id', 'created_at', 'expires_at'])
    .where('registration_hash', '=', registrationHash)
    .executeTakeFirst();
  if (known && known.expires_at < now + UNUSED_CLIENT_TTL) {
    await store
      .updateTable('oauth_clients')
      .set({ expires_at: now + UNUSED_CLIENT_TTL })
      .where('client_id', '=', known.client_id)
      .execute();
  }
  return known;
}

async function assertClientQuota(store: Store<OAuthTables>, now: number): Promise<void> {
  const { clients } = await store
    .selectFrom('oauth_clients')
    .select((row) => row.fn.countAll<number>().as('clients'))
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow();
  if (clients < MAX_CLIENTS) return;
  throw new OAuthError('temporarily_unavailable', 'Too many clients are registered. Try again later', {
    status: 503,
    headers: { 'Retry-After': '3600' },
  });
}
