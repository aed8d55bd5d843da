import type { Response } from 'express';
import type { Brand } from '../../ui/brand.js';
import { type Page, pageTemplate } from '../../ui/page.js';
import { errorPage, loginPage } from './login-page.js';
import type { ErrorView, LoginView } from './views.js';

/** The pages people see while they sign in. */
export interface Pages {
  sendLogin: (res: Response, status: number, view: LoginView) => void;
  /** @param returnTo where the user may choose to go back to */
  sendError: (res: Response, status: number, message: string, returnTo?: ErrorView['returnTo']) => void;
}

/**
 * Makes the sender of these pages. The policy has no `form-action`, because Chromium also applies it to the redirect after
 * the form, and would keep the user from getting back to the client. It has `Referrer-Policy: same-origin`, because with
 * `no-referrer` browsers send `Origin: null` with our own form. It has no `Cross-Origin-Opener-Policy`: clients open these
 * pages as popups, and any other value than the default would cut the popup off from the page that waits for it.
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
