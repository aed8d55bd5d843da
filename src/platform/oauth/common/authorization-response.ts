/**
 * Returns the address the browser goes back to, with the answer and with `iss` (RFC 9207), which protects clients that
 * use several servers.
 */
export function answerUrl(
  issuer: string,
  redirectUri: string,
  answer: Record<string, string | null | undefined>,
): URL {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries({ ...answer, iss: issuer })) {
    if (value != null) url.searchParams.append(name, value);
  }
  return url;
}
