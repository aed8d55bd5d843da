/** The codes of Node and OpenSSL for a certificate that is signed by somebody unknown. */
const UNKNOWN_AUTHORITY =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?))$/;

/**
 * Says what to do when PostgreSQL is not reached because of TLS. `sslmode` and `sslrootcert` are what pg reads in a URL.
 *
 * @returns `undefined` when TLS is not the reason
 */
export function tlsRemedy(error: unknown): string | undefined {
  const { code = '', message } = Object(error) as { code?: unknown; message?: unknown };
  if (UNKNOWN_AUTHORITY.test(String(code)))
    return 'add sslrootcert=/path/to/ca.pem to the URL, or set NODE_EXTRA_CA_CERTS to that file';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'use a name in the URL that the certificate is for';
  if (message === 'The server does not support SSL connections')
    return 'turn TLS on in PostgreSQL, or remove sslmode from the URL';
  return undefined;
}
