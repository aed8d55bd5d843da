import { z } from 'zod';
import { OAuthError } from '../common/errors.js';
import { type Client, GRANT_TYPES } from './client.js';
import { redirectUris } from './client-metadata.js';
import { displayName } from './display-name.js';

/** The contents of a valid document. Secrets are refused, because anyone can read a document. */
const clientDocument = z.object({
  client_id: z.string(),
  client_name: z.string().min(1).max(120),
  redirect_uris: redirectUris,
  token_endpoint_auth_method: z.literal('none').default('none'),
  client_secret: z.never().optional(),
  client_secret_expires_at: z.never().optional(),
});

/**
 * Reads a document.
 *
 * @param url the address it was fetched from
 * @throws {OAuthError} `invalid_client` when the document is not acceptable
 */
export function parseClient(text: string, url: URL): Client {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refusal('The description of this application is not JSON.', 'the document is not JSON');
  }
  const parsed = clientDocument.safeParse(json);
  if (!parsed.success)
    throw refusal('The description of this application is not valid.', describeIssues(parsed.error));
  const { client_id, client_name, redirect_uris } = parsed.data;
  if (client_id !== url.href)
    throw refusal(
      'The description of this application belongs to another address.',
      'the client_id in the document is not the address of the document',
    );
  return {
    ...publicClient(client_id, url.hostname),
    name: displayName(client_name),
    redirectUris: redirect_uris,
  };
}

/** Returns what every client with a document has in common. */
export function publicClient(clientId: string, host: string) {
  return { clientId, host, grantTypes: GRANT_TYPES, secretHash: undefined };
}

/** Lists the invalid fields. Their values are left out, because strangers wrote them. */
function describeIssues({ issues }: z.ZodError): string {
  const fields = issues.map(({ path }) => path[0]).filter((field) => field !== undefined);
  return `not acceptable in the document: ${fields.map(String).join(', ') || 'it is not an object'}`;
}

/** Makes the refusal of a document. @param detail the reason, for the operator */
export function refusal(message: string, detail: string): OAuthError {
  return new OAuthError('invalid_client', message, { detail });
}
