import type { IncomingMessage } from 'node:http';

/** Headers that let whoever reads them act as the caller. */
const CREDENTIAL_HEADERS = ['authorization', 'proxy-authorization', 'cookie'];

/**
 * Removes credentials from a request, once the caller is known. Handlers can read the headers of their request, and a
 * token that reaches a handler may end up in a log, an answer or another system.
 */
export function removeCredentials(req: Pick<IncomingMessage, 'headers'>): void {
  for (const name of CREDENTIAL_HEADERS) delete req.headers[name];
}
