import type { Request, Response } from 'express';
import { localsOf } from '../../http/request-locals.js';
import { withoutSecrets } from '../../log-text.js';
import type { Client } from '../clients/client.js';
import { claimedClientId } from '../clients/clients.js';
import { type Form, readForm } from '../common/params.js';
import type { OAuthContext } from '../context.js';

/**
 * Reads the form of a token or revocation request, and counts the request against the limit of its address.
 *
 * @throws {OAuthError} `invalid_request`, or 429
 */
export async function readClientForm(context: OAuthContext, req: Request, res: Response): Promise<Form> {
  const form = await readForm(req, res);
  await noteClaimedClient(context, res, claimedClientId(req, form));
  await context.limits.countRequest('token', req.ip ?? '');
  return form;
}

/** Authenticates the client that sent a form. @throws {OAuthError} `invalid_client` with 401, or `invalid_request` */
export async function authenticateClient(
  context: OAuthContext,
  req: Request,
  res: Response,
  form: Form,
): Promise<Client> {
  const client = await context.clients.authenticate(req, form);
  await noteClient(context, res, client.clientId);
  return client;
}

/** Records the client a request names, for the log. An unknown id is cut: it may be a code or a secret. */
export async function noteClaimedClient(
  { registeredClients }: Pick<OAuthContext, 'registeredClients'>,
  res: Response,
  clientId: string | undefined,
): Promise<void> {
  if (clientId === undefined) return;
  const isKnown = (await registeredClients.find(clientId)) !== undefined;
  localsOf(res).clientId = isKnown ? clientId : withoutSecrets(clientId);
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
