import type { RequestHandler } from 'express';
import type { Config } from '../config/config.js';
import { isLoopbackUrl } from '../loopback.js';
import { sendRpcError } from './errors.js';

/** Checks whether a web page of this origin may call `/mcp`. */
export type OriginCheck = (origin: string) => boolean;

/** Allows the server's own origin, pages on this machine, and `ALLOWED_ORIGINS` (`*` allows every page). */
export function allowedOrigins(config: Config): OriginCheck {
  const listed = new Set([config.publicUrl, ...config.allowedOrigins]);
  return (origin) => {
    if (listed.has('*') || listed.has(origin)) return true;
    return URL.canParse(origin) && isLoopbackUrl(origin);
  };
}

/** Refuses pages of other origins, as Streamable HTTP requires. Clients that are not browsers send no `Origin`. */
export function originGuard(isAllowed: OriginCheck): RequestHandler {
  return (req, res, next) => {
    const { origin } = req.headers;
    if (origin === undefined || isAllowed(origin)) return next();
    sendRpcError(
      res,
      403,
      -32000,
      'Pages of this origin may not call the server. To allow it, add it to ALLOWED_ORIGINS.',
    );
  };
}
