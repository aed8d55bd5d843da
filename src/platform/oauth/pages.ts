import { createHash } from 'node:crypto';
import type { ErrorRequestHandler, Response } from 'express';
import { describeRequestFault, describeServerFault, isHttpError } from '../http/errors.js';
import type { Logger } from '../logger.js';
import type { Accounts } from './accounts.js';
import { OAuthError } from './errors.js';

/**
 * Sends a page of the sign-in. No `form-action` in the policy: Chromium applies it to the redirect that ends the form,
 * too, and would keep the user from getting back to the client. `Referrer-Policy: same-origin`, because with
 * `no-referrer` browsers send `Origin: null` with our own form.
 */
export function sendPage(res: Response, accounts: Accounts, status: number, page: string): void {
  const policy = [
    "default-src 'none'",
    `style-src '${digest(accounts.pageStyle)}'`,
    `script-src '${digest(accounts.pageScript)}'`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  res
    .status(status)
    .set({
      'Content-Security-Policy': policy.join('; '),
      'X-Frame-Options': 'DENY',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'same-origin',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cache-Control': 'no-store',
    })
    .type('html')
    .send(page);
}

/** What goes wrong on a page is told by a page, since people see it. */
export function pageErrorHandler({
  accounts,
  logger,
}: {
  accounts: Accounts;
  logger: Logger;
}): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) return next(error);
    const show = (status: number, message: string) =>
      sendPage(res, accounts, status, accounts.errorPage({ message, returnTo: undefined }));
    if (error instanceof OAuthError) {
      res.set(error.headers);
      return show(error.status, error.message);
    }
    if (isHttpError(error) && error.status < 500)
      return show(error.status, `${describeRequestFault(error)}.`);
    show(500, describeServerFault(logger, error, req, res));
  };
}

/** The source expression of content security policies for a text. */
function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
