import type { Request, Response } from 'express';
import { localsOf } from '../../http/request-locals.js';
import type { Client } from '../clients/clients.js';
import { type Form, readForm } from '../common/params.js';
import type { OAuthContext } from '../context.js';

/**
 * The form a client sends to the token or revocation endpoint, counted against the limit of its address.
 *
 * @throws {OAuthError} `invalid_request`, or 429
 */
export async function readClientForm({ limits }: OAuthContext, req: Request, res: Response): Promise<Form> {
  const form = await readForm(req, res);
  localsOf(res).clientId = form['client_id'];
  await limits.countRequest('token', req.ip ?? '');
  return form;
}

/** The client that sent a form. @throws {OAuthError} `invalid_client` with 401, or `invalid_request` */
export async function authenticateClient(
  { clients }: OAuthContext,
  req: Request,
  res: Response,
  form: Form,
): Promise<Client> {
  const client = await clients.authenticate(req, form);
  const locals = localsOf(res);
  locals.clientId = client.clientId;
  locals.clientName = client.name;
  return client;
}
