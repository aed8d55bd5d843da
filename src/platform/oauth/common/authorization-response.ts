import type { Response } from 'express';

/**
 * Returns the address the browser goes back to, with the answer and with `iss` (RFC 9207), which protects clients that
 * use several servers. The redirect URI is kept to the byte (OAuth 2.1 section 2.3), because clients compare it: parsing
 * it would turn `?flag` into `?flag=` and `%20` into `+`. Only characters that no header can carry are encoded.
 */
export function answerUrl(
  issuer: string,
  redirectUri: string,
  answer: Record<string, string | null | undefined>,
): string {
  const parameters = Object.entries({ ...answer, iss: issuer }).flatMap(([name, value]) =>
    // Spaces become %20: some native applications read a plus sign as it is.
    value == null ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  const kept = redirectUri.replace(/[^!-~]+/g, encodeURIComponent);
  const separator = !kept.includes('?') ? '?' : /[?&]$/.test(kept) ? '' : '&';
  return `${kept}${separator}${parameters.join('&')}`;
}

/**
 * Sends the browser back to the client. The status is 303, never 307: the browser must not forward the password (RFC 9700
 * section 4.12). Express's own redirect would encode parts of the address anew.
 */
export function redirectToClient(res: Response, url: string): void {
  res.status(303).set({ 'Cache-Control': 'no-store', Location: url }).end();
}
