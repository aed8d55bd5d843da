import type { IncomingMessage, RequestListener } from 'node:http';

/** `http://host:port/path?query`, which proxies send, and which a server must accept (RFC 9112 section 3.2.2). */
const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)(.*)$/is;

/** Percent-encoded characters that mean the same as the characters themselves (RFC 3986 section 6.2.2.2). */
const ENCODED_UNRESERVED = /%(?:2[de]|3\d|4[1-9a-f]|5[\daf]|6[1-9a-f]|7[\dae])/gi;

/**
 * Writes the target of a request in one form, so that the host check, the routes, the log and the metrics see the same
 * address. The host of a target in absolute form replaces the `Host` header. Empty path segments go, because people
 * write `https://host//mcp`, and so does a fragment, which is not part of a request. Express cannot do this in a
 * middleware, because its router remembers the host of the first target it sees.
 */
export function withPlainTarget(listener: RequestListener): RequestListener {
  return (req, res) => {
    if (req.url === '*' && req.method === 'OPTIONS') {
      // Asks about the server as a whole (RFC 9110 section 9.3.7).
      res.writeHead(204, { Allow: 'GET, HEAD, POST, OPTIONS' }).end();
      return;
    }
    rewrite(req);
    listener(req, res);
  };
}

function rewrite(req: IncomingMessage): void {
  const [, authority, target = ''] = ABSOLUTE_FORM.exec(req.url ?? '') ?? ['', undefined, req.url];
  if (authority !== undefined) req.headers.host = authority;
  // Neither form: no host is ours, so the host check refuses it.
  else if (!target.startsWith('/')) req.headers.host = '';
  const [, path = '', query = ''] = /^([^?#]*)(\?[^#]*)?/.exec(target) ?? [];
  const plain = path.replace(ENCODED_UNRESERVED, (code) => decodeURIComponent(code));
  req.url = `${`/${plain}`.replace(/\/{2,}/g, '/')}${query}`;
}
