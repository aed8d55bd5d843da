import type { Request, Response } from 'express';
import { localsOf } from '../../http/request-locals.js';
import { withoutSecrets } from '../../log-text.js';
import type { AuthenticatedClient, Client } from '../clients/client.js';
import { type ClientClaim, readClaim } from '../clients/client-authentication.js';
import { isDocumentUrl } from '../clients/client-documents.js';
import { type Form, readForm } from '../common/params.js';
import type { OAuthContext } from '../context.js';

/** A token or revocation request whose client is not authenticated yet. */
export interface ClientRequest {
  form: Form;
  claim: ClientClaim;
  /** The registered client it names. */
  claimed: Client | undefined;
}

/**
 * Reads a token or revocation request, and counts it against the limit of its address.
 *
 * @throws {OAuthError} `invalid_request`, or 429
 */
export async function readClientRequest(
  context: OAuthContext,
  req: Request,
  res: Response,
): Promise<ClientRequest> {
  const form = await readForm(req, res);
  const claim = readClaim(req, form);
  const claimed = await noteClaimedClient(context, res, claim.clientId);
  await context.limits.countRequest('token', req.ip ?? '');
  return { form, claim, claimed };
}

/**
 * Authenticates the client of a request.
 *
 * @param endpoint the path of the request
 * @throws {OAuthError} like `AuthenticateClient`
 */
export async function authenticateClient(
  context: OAuthContext,
  req: Request,
  res: Response,
  { form, claim, claimed }: ClientRequest,
  endpoint: '/token' | '/revoke',
): Promise<AuthenticatedClient> {
  const { issuer } = context;
  // RFC 7523 section 3 allows the issuer and the token endpoint. Some libraries write an origin with a slash.
  const audience = new Set([issuer, `${issuer}/`, `${issuer}/token`, issuer + endpoint]);
  const request = { form, claim, address: req.ip ?? '', registered: claimed, audience: [...audience] };
  const client = await context.authenticateClient(request);
  await noteClient(context, res, client.clientId);
  return client;
}

/**
 * Records the client a request names, for the log. An unknown id is cut: it may be a code or a secret.
 *
 * @returns the client, when it is a registered one
 */
export async function noteClaimedClient(
  { registeredClients }: Pick<OAuthContext, 'registeredClients'>,
  res: Response,
  clientId: string | undefined,
): Promise<Client | undefined> {
  if (clientId === undefined) return undefined;
  const client = isDocumentUrl(clientId) ? undefined : await registeredClients.find(clientId);
  localsOf(res).clientId = client?.clientId ?? withoutSecrets(clientId);
  return client;
}

/** Records the client of a request for the log, once it is known to exist. */
export async function noteClient(
  { clientName }: OAuthContext,
  res: Response,
  clientId: string,
): Promise<void> {
  const locals = localsOf(res);
  locals.clientId = clientId;
  locals.clientName = await clientName(clientId);
}
