import type { Request } from 'express';

/**
 * Reads the credentials of Basic authentication, which are form-encoded (RFC 6749 section 2.3.1). Other schemes do not
 * authenticate a client: some send their user's headers to every address of a server, among them a bearer token.
 *
 * @returns `undefined` without Basic authentication
 */
export function readBasic({
  headers,
}: Pick<Request, 'headers'>): { clientId: string; secret: string } | 'malformed' | undefined {
  const header = headers.authorization ?? '';
  if (!/^Basic( |$)/i.test(header)) return undefined;
  const encoded = /^Basic +([\w+/]+=*)$/i.exec(header)?.[1];
  const [, clientId, secret] = /^([^:]+):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? [];
  if (clientId === undefined || secret === undefined) return 'malformed';
  try {
    const decoded = { clientId: decodeForm(clientId), secret: decodeForm(secret) };
    // PostgreSQL fails on a null byte instead of finding no row.
    return decoded.clientId.includes('\0') ? 'malformed' : decoded;
  } catch {
    return 'malformed';
  }
}

function decodeForm(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
