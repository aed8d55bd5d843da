import type { ErrorRequestHandler, Response } from 'express';
import { describeRequestFault, isHttpError, logServerFault } from '../../http/errors.js';
import type { Logger } from '../../logger.js';
import type { Brand } from '../../ui/brand.js';
import { type Page, pageTemplate } from '../../ui/page.js';
import { OAuthError } from '../common/errors.js';
import { errorPage, loginPage } from './login-page.js';
import type { ErrorView, LoginView } from './views.js';

/** The pages people see while they sign in. */
export interface Pages {
  sendLogin: (res: Response, status: number, view: LoginView) => void;
  /** @param returnTo where the user may go back to by choice */
  sendError: (res: Response, status: number, message: string, returnTo?: ErrorView['returnTo']) => void;
}

/**
 * No `form-action` in the policy: Chromium applies it to the redirect that ends the form, too, and would keep the user
 * from getting back to the client. `Referrer-Policy: same-origin`, because with `no-referrer` browsers send
 * `Origin: null` with our own form.
 */
export function createPages(brand: Brand): Pages {
  const { render, policy } = pageTemplate(brand, import.meta.dirname, 'page');
  const send = (res: Response, status: number, page: Page) => {
    res
      .status(status)
      .set({
        'Content-Security-Policy': policy,
        'X-Frame-Options': 'DENY',
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'same-origin',
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cache-Control': 'no-store',
      })
      .type('html')
      .send(render(page));
  };
  return {
    sendLogin: (res, status, view) => send(res, status, loginPage(brand, view)),
    sendError: (res, status, message, returnTo) => send(res, status, errorPage(brand, { message, returnTo })),
  };
}

/** What goes wrong on a page is told by a page, since people see it. */
export function pageErrorHandler({ pages, logger }: { pages: Pages; logger: Logger }): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) return next(error);
    if (error instanceof OAuthError) {
      res.set(error.headers);
      return pages.sendError(res, error.status, error.message);
    }
    if (isHttpError(error) && error.status < 500)
      return pages.sendError(res, error.status, `${describeRequestFault(error)}.`);
    pages.sendError(res, 500, logServerFault(logger, error, req, res));
  };
}
