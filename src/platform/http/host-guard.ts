import type { RequestHandler } from 'express';
import type { Config } from '../config/config.js';
import { sendError } from './errors.js';
import { remember } from './remember.js';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Checks whether the value of a `Host` header names this server. */
export type HostCheck = (host: string | undefined) => boolean;

/** Allows the hosts of `PUBLIC_URL` and `SITE_URL`, those of `ALLOWED_HOSTS`, and this machine, on any port. */
export function allowedHosts(config: Pick<Config, 'publicUrl' | 'siteUrl' | 'allowedHosts'>): HostCheck {
  const allowed = new Set([
    ...LOOPBACK,
    hostname(new URL(config.publicUrl).host),
    hostname(new URL(config.siteUrl).host),
    ...config.allowedHosts.map(hostname),
  ]);
  const isAllowed = remember((host) => allowed.has(hostname(host)));
  return (host = '') => isAllowed(host);
}

/**
 * Refuses requests whose `Host` is not one of ours. This prevents DNS rebinding: a website can point its own name at
 * this address, but the browser then sends that name.
 */
export function hostGuard(isAllowed: HostCheck): RequestHandler {
  return (req, res, next) => {
    if (isAllowed(req.headers.host)) return next();
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
