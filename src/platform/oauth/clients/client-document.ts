import { z } from 'zod';
import { isDeeperThan, MAX_JSON_DEPTH } from '../../http/json-body.js';
import { isRecord, parseDocument, withoutNulls } from '../../json.js';
import { OAuthError } from '../common/errors.js';
import { type Client, GRANT_TYPES } from './client.js';
import { displayName } from './display-name.js';
import { keySource } from './key-source.js';
import { sortRedirectUris } from './redirect-uri.js';

/** The ways in which a client with a document may identify itself. Not by a secret, since anyone can read a document. */
const METHODS = ['none', 'private_key_jwt'];

const strings = z.array(z.unknown()).transform((list) => list.filter((item) => typeof item === 'string'));

/**
 * The fields that are used. A list counts as far as its items are usable, and every other field is ignored, because a
 * document is written for all servers at once.
 */
const clientDocument = z.object({
  client_id: z.string(),
  client_name: z.string(),
  redirect_uris: z.unknown().optional(),
  token_endpoint_auth_method: z.string().optional(),
  token_endpoint_auth_methods_supported: strings.optional(),
  jwks: z.unknown().optional(),
  jwks_uri: z.unknown().optional(),
  client_secret: z.literal('').optional(),
  client_secret_expires_at: z.never().optional(),
});

/**
 * Reads a document.
 *
 * @param url the address it was fetched from
 * @param ownSchemes the schemes in `REDIRECT_SCHEMES`
 * @throws {OAuthError} `invalid_client` when the document is not acceptable
 */
export function parseClient(text: string, url: URL, ownSchemes: readonly string[]): Client {
  const parsed = clientDocument.safeParse(readObject(text));
  if (!parsed.success)
    throw refusal('The description of this application is not valid.', describeIssues(parsed.error));
  const { client_id, client_name, redirect_uris } = parsed.data;
  if (client_id !== url.href)
    throw refusal(
      'The description of this application belongs to another address.',
      'the client_id in the document is not the address of the document',
    );
  const { usable, faults } = sortRedirectUris(redirect_uris, ownSchemes);
  if (usable.length === 0)
    throw refusal(
      'The description of this application is not valid.',
      `not acceptable in the document: redirect_uris${faults.map(({ number, fault }) => `, number ${number}: ${fault}`).join('')}`,
    );
  return {
    ...publicClient(client_id, url.hostname),
    ...readAuthentication(parsed.data),
    name: displayName(client_name, url.hostname),
    redirectUris: usable,
  };
}

/** Returns what every client with a document has in common. */
export function publicClient(clientId: string, host: string) {
  return {
    clientId,
    host,
    grantTypes: GRANT_TYPES,
    secretHash: undefined,
    keys: undefined,
    assertionRequired: false,
  };
}

/** Makes the refusal of a document. @param detail the reason, for the operator */
export function refusal(message: string, detail: string): OAuthError {
  return new OAuthError('invalid_client', message, { detail });
}

/** Parses the JSON of a document. A member that is null counts as left out. */
function readObject(text: string): unknown {
  let json: unknown;
  try {
    json = parseDocument(text);
  } catch {
    throw refusal('The description of this application is not JSON.', 'the document is not JSON');
  }
  if (isDeeperThan(MAX_JSON_DEPTH, json))
    throw refusal('The description of this application is not valid.', 'the document is nested too deeply');
  return isRecord(json) ? withoutNulls(json) : json;
}

/**
 * Reads how the client authenticates. A client names one method, and may list others it can use as well. Without either
 * it is public.
 */
function readAuthentication(
  document: z.output<typeof clientDocument>,
): Pick<Client, 'keys' | 'assertionRequired'> {
  const { token_endpoint_auth_method: method, token_endpoint_auth_methods_supported: others = [] } = document;
  const offered = method === undefined ? others : [method, ...others];
  const usable = METHODS.filter((name) => offered.includes(name));
  if (usable.length === 0 && offered.length > 0)
    throw refusal(
      'The description of this application is not valid.',
      `not acceptable in the document: token_endpoint_auth_method, which must be one of ${METHODS.join(', ')}`,
    );
  const keys = usable.includes('private_key_jwt') ? keySource(document) : undefined;
  const assertionRequired = usable.length > 0 && !usable.includes('none');
  if (assertionRequired && keys === undefined)
    throw refusal(
      'The description of this application is not valid.',
      'the document asks for private_key_jwt and has neither jwks nor a jwks_uri that can be fetched',
    );
  return { keys, assertionRequired };
}

/** Lists the invalid fields. Their values are left out, because strangers wrote them. */
function describeIssues({ issues }: z.ZodError): string {
  const fields = issues.map(({ path }) => path[0]).filter((field) => field !== undefined);
  return `not acceptable in the document: ${fields.map(String).join(', ') || 'it is not an object'}`;
}
