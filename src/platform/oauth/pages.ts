import { createHash } from 'node:crypto';
import type { Response } from 'express';
import type { Accounts } from './accounts.js';

/**
 * Sends a page of the sign-in. No `form-action` in the policy: Chromium applies it to the redirect that ends the form,
 * too, and would keep the user from getting back to the client. `Referrer-Policy: same-origin`, because with
 * `no-referrer` browsers send `Origin: null` with our own form.
 */
export function sendPage(res: Response, accounts: Accounts, status: number, page: string): void {
  const digest = createHash('sha256').update(accounts.pageStyle).digest('base64');
  res
    .status(status)
    .set({
      'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; frame-ancestors 'none'`,
      'X-Frame-Options': 'DENY',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'same-origin',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cache-Control': 'no-store',
    })
    .type('html')
    .send(page);
}
