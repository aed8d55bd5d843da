import type { Request } from 'express';
import { sameDigest, sha256 } from '../../digest.js';
import { assertionMissing, invalidClient, OAuthError } from '../common/errors.js';
import type { Limits } from '../common/limits.js';
import type { Form } from '../common/params.js';
import { readBasic } from './basic-credentials.js';
import type { AuthenticatedClient, Client } from './client.js';
import { type ClientAssertions, claimedSubject, readAssertion } from './client-assertion.js';
import { type ClientDocuments, isDocumentUrl } from './client-documents.js';
import type { Clients } from './clients.js';

/** The ways in which clients authenticate (OAuth 2.1 section 2.4, RFC 7523 section 2.2). */
export const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'];

/** Which client a request claims to come from, before that is checked. */
export interface ClientClaim {
  /** Its Basic authentication, if it has one. */
  basic: ReturnType<typeof readBasic>;
  clientId: string | undefined;
}

/** A request to `/token` or `/revoke`. */
export interface AuthenticationRequest {
  form: Form;
  claim: ClientClaim;
  /** The address it comes from. */
  address: string;
  /** The registered client that it claims to be. */
  registered: Client | undefined;
  /** The identifiers of this server that an assertion may be addressed to. */
  audience: string[];
}

/**
 * Authenticates the client of a request: by Basic authentication, by a secret in the form, by an assertion that it
 * signed, or by its id alone when it is public.
 *
 * @throws {OAuthError} `invalid_client` with 401, or `invalid_request`; 503 when the keys of the client cannot be had
 */
export type AuthenticateClient = (request: AuthenticationRequest) => Promise<AuthenticatedClient>;

export interface ClientAuthenticationOptions {
  clients: Clients;
  documents: Pick<ClientDocuments, 'withoutDocument'>;
  assertions: ClientAssertions;
  limits: Pick<Limits, 'countRequest'>;
}

/** Makes the authentication of clients, whether they registered or are described by a document. */
export function createClientAuthentication(options: ClientAuthenticationOptions): AuthenticateClient {
  const { clients, documents, assertions, limits } = options;

  async function findDocumented(
    clientId: string,
    asserted: boolean,
    address: string,
  ): Promise<Client | undefined> {
    // Codes and refresh tokens are already bound to the id, so a document host that is down ends no session.
    if (!asserted) return documents.withoutDocument(clientId);
    return clients.find(clientId, address).catch((error: unknown) => {
      const isRefused = error instanceof OAuthError && error.code === 'invalid_client';
      throw isRefused ? failure(error.detail ?? error.message) : error;
    });
  }

  return async ({ form, claim, address, registered, audience }) => {
    const { basic, clientId } = claim;
    const headers: Record<string, string> =
      basic === undefined ? {} : { 'WWW-Authenticate': 'Basic realm="oauth"' };
    if (basic === 'malformed')
      throw failure('the Authorization header is not valid Basic authentication', headers);
    const assertion = readAssertion(form);
    assertOneMethod(basic !== undefined, form['client_secret'], assertion);
    if (basic && form['client_id'] !== undefined && form['client_id'] !== basic.clientId)
      throw failure('the client_id of the form is not the one of the Authorization header', headers);
    if (clientId === undefined)
      throw new OAuthError('invalid_request', 'client_id is required', { detail: 'no client_id was sent' });
    const client = isDocumentUrl(clientId)
      ? await findDocumented(clientId, assertion !== undefined, address)
      : registered;
    if (client === undefined) throw failure('the client is not registered', headers);
    if (assertion !== undefined) {
      await assertions.verify(client, assertion, audience, () =>
        limits.countRequest('clientDocument', address),
      );
      return { ...client, asserted: true };
    }
    if (client.assertionRequired) throw assertionMissing('the client offers only private_key_jwt');
    const problem = secretProblem(client, basic?.secret ?? form['client_secret']);
    if (problem !== undefined) throw failure(problem, headers);
    return { ...client, asserted: false };
  };
}

/** Reads which client a request claims to come from. An assertion carries the id, too (RFC 7521 section 4.2). */
export function readClaim(req: Pick<Request, 'headers'>, form: Form): ClientClaim {
  const basic = readBasic(req);
  const clientId = typeof basic === 'object' ? basic.clientId : (form['client_id'] ?? claimedSubject(form));
  return { basic, clientId };
}

function assertOneMethod(basic: boolean, secret: string | undefined, assertion: string | undefined): void {
  const methods = [
    basic && 'Basic authentication',
    secret !== undefined && 'a client_secret in the form',
    assertion !== undefined && 'a client_assertion',
  ].filter((method) => method !== false);
  if (methods.length < 2) return;
  throw new OAuthError('invalid_request', 'The client used more than one way to authenticate', {
    detail: `the request has ${methods.join(' and ')}`,
  });
}

/** Checks that a public client sent no secret, and that a confidential client sent the right one. */
function secretProblem({ secretHash }: Client, secret: string | undefined): string | undefined {
  if (secretHash === undefined) return secret ? 'a public client sent a secret' : undefined;
  if (secret === undefined) return 'the client sent no secret';
  return sameDigest(sha256(secret), secretHash) ? undefined : 'the secret is wrong';
}

function failure(detail: string, headers: Record<string, string> = {}): OAuthError {
  const description = 'The client is unknown or its secret is wrong. Register the client again';
  return invalidClient(description, detail, headers);
}
