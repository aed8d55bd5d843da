import type { RequestHandler } from 'express';
import type { Config } from '../config/config.js';
import { sendError } from './errors.js';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Refuses requests whose `Host` is not one of ours. This prevents DNS rebinding: a website can point its own name at
 * this address, but the browser then sends that name.
 */
export function hostGuard(config: Config): RequestHandler {
  const allowed = new Set([
    ...LOOPBACK,
    hostname(new URL(config.publicUrl).host),
    hostname(new URL(config.siteUrl).host),
    ...config.allowedHosts.map(hostname),
  ]);
  return (req, res, next) => {
    if (allowed.has(hostname(req.headers.host ?? ''))) return next();
    sendError(
      res,
      403,
      'host_not_allowed',
      'This server does not answer to that host name. To allow it, add it to ALLOWED_HOSTS.',
    );
  };
}

/**
 * Returns the host name in lower case, without its port and the dot of an absolute name, or an empty string if it is not
 * valid.
 */
function hostname(host: string): string {
  if (/[/?#@\\]/.test(host) || !URL.canParse(`http://${host}`)) return '';
  return new URL(`http://${host}`).hostname.replace(/\.$/, '');
}
