import type { Client } from '../clients/client.js';
import type { OAuthContext } from '../context.js';

/**
 * Revokes a token of that client (RFC 7009): a refresh token ends its grant with everything in it, an access token ends
 * alone. Unknown tokens and those of other clients are left alone without an error (section 2.2).
 */
export async function revokeToken(
  { grants, accessTokens }: Pick<OAuthContext, 'grants' | 'accessTokens'>,
  client: Client,
  token: string,
): Promise<void> {
  if (await grants.revokeRefreshToken(client.clientId, token)) return;
  const claims = await accessTokens.verify(token);
  if (claims?.client_id === client.clientId) await grants.revokeAccessToken(claims);
}
