import type { Request } from 'express';
import type { Selectable } from 'kysely';
import { nowInSeconds } from '../../clock.js';
import { sameDigest, sha256 } from '../../digest.js';
import type { Store } from '../../store/database.js';
import { OAuthError } from '../common/errors.js';
import type { Limits } from '../common/limits.js';
import type { OAuthClientsTable, OAuthTables } from '../tables.js';
import { type ClientDocuments, isDocumentUrl } from './client-documents.js';
import { displayName } from './display-name.js';

/** A client that completed a sign-in is kept this long after its last use, in seconds. */
const USED_CLIENT_TTL = 90 * 86_400;

/** A client as every endpoint sees it, however it became known. */
export interface Client {
  clientId: string;
  name: string;
  /** The host its description was fetched from, for clients that are described by a document. */
  host: string | undefined;
  redirectUris: string[];
  grantTypes: string[];
  /** SHA-256 of its secret; public clients have none. */
  secretHash: string | undefined;
}

export interface Clients {
  /**
   * The client with that id, or `undefined`. An id that begins with https:// is the address of a document, which is
   * never stored.
   *
   * @param address who asks, for the limit on fetching documents
   * @throws {OAuthError} when there is a document to load and it can't be had
   */
  find: (clientId: string, address: string) => Promise<Client | undefined>;
  /**
   * The client that sends a request to the token or revocation endpoint: by Basic authentication, by a secret in the
   * form, or by its id alone when it is public (OAuth 2.1 section 2.4).
   *
   * @throws {OAuthError} `invalid_client` with 401, or `invalid_request`
   */
  authenticate: (req: Request, form: Record<string, string | undefined>) => Promise<Client>;
  /** Keeps a registered client that is in use from expiring; does nothing for others. */
  markUsed: (clientId: string) => Promise<void>;
}

export function createClients(
  store: Store<OAuthTables>,
  documents: ClientDocuments,
  limits: Limits,
): Clients {
  const findRegistered = async (clientId: string) => {
    const row = await store
      .selectFrom('oauth_clients')
      .selectAll()
      .where('client_id', '=', clientId)
      .executeTakeFirst();
    return row && fromRow(row);
  };
  return {
    async find(clientId, address) {
      if (!isDocumentUrl(clientId)) return findRegistered(clientId);
      return documents.load(clientId, () => limits.countRequest('clientDocument', address));
    },
    async authenticate(req, form) {
      const basic = readBasic(req.headers.authorization);
      const failure = () =>
        new OAuthError(
          'invalid_client',
          'The client is unknown or its secret is wrong. Register the client again',
          {
            status: 401,
            headers: basic === undefined ? {} : { 'WWW-Authenticate': 'Basic realm="oauth"' },
          },
        );
      if (basic === 'malformed') throw failure();
      if (basic && form['client_secret'] !== undefined) {
        throw new OAuthError('invalid_request', 'The client used more than one way to authenticate');
      }
      if (basic && form['client_id'] !== undefined && form['client_id'] !== basic.clientId) throw failure();
      const clientId = basic?.clientId ?? form['client_id'];
      if (clientId === undefined) throw new OAuthError('invalid_request', 'client_id is required');
      // What is redeemed here is bound to the id already, so a document host that is down ends nobody's session.
      const client = isDocumentUrl(clientId)
        ? documents.withoutDocument(clientId)
        : await findRegistered(clientId);
      if (client === undefined) throw failure();
      const secret = basic?.secret ?? form['client_secret'];
      if (!secretFits(client, secret)) throw failure();
      return client;
    },
    async markUsed(clientId) {
      const now = nowInSeconds();
      const expiresAt = now + USED_CLIENT_TTL;
      await store
        .updateTable('oauth_clients')
        .set((row) => ({
          used_at: now,
          // A client an operator added never expires; its use must not change that.
          expires_at: row
            .case()
            .when('expires_at', '>', expiresAt)
            .then(row.ref('expires_at'))
            .else(expiresAt)
            .end(),
        }))
        .where('client_id', '=', clientId)
        .execute();
    },
  };
}

function fromRow(row: Selectable<OAuthClientsTable>): Client {
  return {
    clientId: row.client_id,
    name: displayName(row.client_name ?? ''),
    host: undefined,
    redirectUris: JSON.parse(row.redirect_uris) as string[],
    grantTypes: JSON.parse(row.grant_types) as string[],
    secretHash: row.secret_hash ?? undefined,
  };
}

/** A public client must not come with a secret, a confidential one must come with the right one. */
function secretFits(client: Client, secret: string | undefined): boolean {
  if (client.secretHash === undefined) return secret === undefined || secret === '';
  return secret !== undefined && sameDigest(sha256(secret), client.secretHash);
}

/** Basic credentials, form-encoded inside as RFC 6749 section 2.3.1 has it. */
function readBasic(
  header: string | undefined,
): { clientId: string; secret: string } | 'malformed' | undefined {
  if (header === undefined) return undefined;
  const encoded = /^Basic +([\w+/]+=*)$/i.exec(header)?.[1];
  const [, clientId, secret] = /^([^:]+):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? [];
  if (clientId === undefined || secret === undefined) return 'malformed';
  try {
    const decoded = { clientId: decodeForm(clientId), secret: decodeForm(secret) };
    // PostgreSQL fails on a null byte instead of finding nothing.
    return decoded.clientId.includes('\0') ? 'malformed' : decoded;
  } catch {
    return 'malformed';
  }
}

function decodeForm(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
