import type { Request } from 'express';
import { sameDigest, sha256 } from '../../digest.js';
import { OAuthError } from '../common/errors.js';
import type { Limits } from '../common/limits.js';
import type { Form } from '../common/params.js';
import type { Client } from './client.js';
import { type ClientDocuments, isDocumentUrl } from './client-documents.js';
import type { RegisteredClients } from './registered-clients.js';

export interface Clients {
  /**
   * Finds the client with that id, or `undefined`. An id that begins with https:// is the address of a document, which
   * is never stored.
   *
   * @param address the address of the caller, for the limit on fetching documents
   * @throws {OAuthError} when the document can't be loaded
   */
  find: (clientId: string, address: string) => Promise<Client | undefined>;
  /**
   * Authenticates the client of a token or revocation request: by Basic authentication, by a secret in the form, or by
   * its id alone when it is public (OAuth 2.1 section 2.4).
   *
   * @param registered the registered client with the id of `claimedClientId`
   * @throws {OAuthError} `invalid_client` with 401, or `invalid_request`
   */
  authenticate: (req: Request, form: Form, registered: Client | undefined) => Client;
}

/** Makes the lookup of clients, whether they registered or are described by a document. */
export function createClients(
  registered: Pick<RegisteredClients, 'find'>,
  documents: ClientDocuments,
  limits: Pick<Limits, 'countRequest'>,
): Clients {
  return {
    async find(clientId, address) {
      if (!isDocumentUrl(clientId)) return registered.find(clientId);
      return documents.load(clientId, () => limits.countRequest('clientDocument', address));
    },
    authenticate(req, form, registeredClient) {
      const basic = readBasic(req.headers.authorization);
      const failure = (detail: string) =>
        new OAuthError(
          'invalid_client',
          'The client is unknown or its secret is wrong. Register the client again',
          {
            status: 401,
            headers: basic === undefined ? {} : { 'WWW-Authenticate': 'Basic realm="oauth"' },
            detail,
          },
        );
      if (basic === 'malformed') throw failure('the Authorization header is not valid Basic authentication');
      if (basic && form['client_secret'] !== undefined) {
        throw new OAuthError('invalid_request', 'The client used more than one way to authenticate', {
          detail: 'a client_secret came in the form beside Basic authentication',
        });
      }
      if (basic && form['client_id'] !== undefined && form['client_id'] !== basic.clientId)
        throw failure('the client_id of the form is not the one of the Authorization header');
      const clientId = basic?.clientId ?? form['client_id'];
      if (clientId === undefined)
        throw new OAuthError('invalid_request', 'client_id is required', { detail: 'no client_id was sent' });
      // Codes and refresh tokens are already bound to the id, so a document host that is down ends no session.
      const client = isDocumentUrl(clientId) ? documents.withoutDocument(clientId) : registeredClient;
      if (client === undefined) throw failure('the client is not registered');
      const problem = secretProblem(client, basic?.secret ?? form['client_secret']);
      if (problem !== undefined) throw failure(problem);
      return client;
    },
  };
}

/** Returns the id that a client claims, before it is checked. */
export function claimedClientId(req: Request, form: Form): string | undefined {
  const basic = readBasic(req.headers.authorization);
  return typeof basic === 'object' ? basic.clientId : form['client_id'];
}

/** Checks that a public client sent no secret, and that a confidential client sent the right one. */
function secretProblem({ secretHash }: Client, secret: string | undefined): string | undefined {
  if (secretHash === undefined) return secret ? 'a public client sent a secret' : undefined;
  if (secret === undefined) return 'the client sent no secret';
  return sameDigest(sha256(secret), secretHash) ? undefined : 'the secret is wrong';
}

/** Reads Basic credentials, which are form-encoded (RFC 6749 section 2.3.1). */
function readBasic(
  header: string | undefined,
): { clientId: string; secret: string } | 'malformed' | undefined {
  if (header === undefined) return undefined;
  const encoded = /^Basic +([\w+/]+=*)$/i.exec(header)?.[1];
  const [, clientId, secret] = /^([^:]+):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? [];
  if (clientId === undefined || secret === undefined) return 'malformed';
  try {
    const decoded = { clientId: decodeForm(clientId), secret: decodeForm(secret) };
    // PostgreSQL fails on a null byte instead of finding no row.
    return decoded.clientId.includes('\0') ? 'malformed' : decoded;
  } catch {
    return 'malformed';
  }
}

function decodeForm(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
