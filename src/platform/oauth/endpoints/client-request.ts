import type { Request, Response } from 'express';
import { localsOf } from '../../http/request-locals.js';
import { withoutSecrets } from '../../log-text.js';
import type { Client } from '../clients/client.js';
import { isDocumentUrl } from '../clients/client-documents.js';
import { claimedClientId } from '../clients/clients.js';
import { type Form, readForm } from '../common/params.js';
import type { OAuthContext } from '../context.js';

/** A token or revocation request whose client is not authenticated yet. */
export interface ClientRequest {
  form: Form;
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
  const claimed = await noteClaimedClient(context, res, claimedClientId(req, form));
  await context.limits.countRequest('token', req.ip ?? '');
  return { form, claimed };
}

/** Authenticates the client of a request. @throws {OAuthError} `invalid_client` with 401, or `invalid_request` */
export async function authenticateClient(
  context: OAuthContext,
  req: Request,
  res: Response,
  { form, claimed }: ClientRequest,
): Promise<Client> {
  const client = context.clients.authenticate(req, form, claimed);
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
