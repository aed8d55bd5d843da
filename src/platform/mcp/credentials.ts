import type { IncomingMessage } from 'node:http';

/** Headers that would let their reader act as the caller. */
const CREDENTIAL_HEADERS = ['authorization', 'proxy-authorization', 'cookie'];

/**
 * Removes credentials from a request. Call it once the caller is known. Handlers can read the request's headers, and a
 * token that reaches a handler may end up in a log, an answer or another system.
 */
export function removeCredentials(req: Pick<IncomingMessage, 'headers'>): void {
  for (const name of CREDENTIAL_HEADERS) delete req.headers[name];
}
