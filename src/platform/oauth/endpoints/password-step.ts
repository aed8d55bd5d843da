import type { Request, Response } from 'express';
import { logUnavailable } from '../../http/error-handler.js';
import { UnavailableError } from '../../http/errors.js';
import { onceOver } from '../../http/once-over.js';
import { localsOf } from '../../http/request-locals.js';
import type { OAuthContext } from '../context.js';
import type { User } from '../sign-in/accounts.js';
import { LeftError, TooManySignInsError } from '../sign-in/password-checks.js';

/** What the user typed. */
interface Credentials {
  username: string;
  password: string;
}

/**
 * Checks a password within the limits, and remembers the browser when it is right.
 *
 * @param retry shows the page again, with what went wrong
 * @returns the user; `undefined` once the page has been shown again, or nobody waits for it any more
 */
export async function signIn(
  context: OAuthContext,
  req: Request,
  res: Response,
  { username, password }: Credentials,
  retry: (status: number, problem: string) => Promise<void>,
): Promise<User | undefined> {
  if (username.trim() === '' || password === '') {
    await retry(400, 'Enter your user name and your password.');
    return undefined;
  }
  const knownBrowser = await context.knownBrowsers.find(req, username);
  const attempt = [req.ip ?? '', username, knownBrowser] as const;
  const left = new AbortController();
  onceOver(res, () => left.abort());
  const result = await context
    .passwordChecks(() => checkPassword(context, attempt, password), left.signal)
    .catch((error: unknown) => {
      if (error instanceof TooManySignInsError) return 'busy' as const;
      if (error instanceof LeftError) return 'left' as const;
      if (error instanceof UnavailableError) return error;
      throw error;
    });
  if (result === 'left') {
    logSignIn(context, res, 'sign-in given up before its turn');
  } else if (result === 'busy') {
    logSignIn(context, res, 'sign-in put off: too many at once', { level: 'warn' });
    res.set('Retry-After', '5');
    await retry(503, 'Too many people are signing in right now. Try again in a few seconds.');
  } else if (result instanceof UnavailableError) {
    logUnavailable(context.logger, result, req, res);
    res.set('Retry-After', String(result.retryAfter));
    await retry(503, 'Sign-in does not work right now. Try again in a moment.');
  } else if (result === 'wrong') {
    // The typed name is not logged, because people type passwords there too.
    logSignIn(context, res, 'sign-in failed');
    await retry(401, 'The user name or the password is wrong.');
  } else if ('wait' in result) {
    logSignIn(context, res, 'sign-in locked after failed attempts', { level: 'warn' });
    res.set('Retry-After', String(result.wait));
    const minutes = Math.ceil(result.wait / 60);
    await retry(
      429,
      `Too many failed attempts. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
    );
  } else {
    await context.knownBrowsers.remember(req, res, username);
    return result.user;
  }
  return undefined;
}

async function checkPassword(
  { limits, users }: OAuthContext,
  attempt: Readonly<Parameters<OAuthContext['limits']['countLogin']>>,
  password: string,
): Promise<{ user: User } | { wait: number } | 'wrong'> {
  const wait = await limits.countLogin(...attempt);
  if (wait > 0) return { wait };
  try {
    const [, username] = attempt;
    const user = await users.verifyPassword(username, password);
    if (user === undefined) return 'wrong';
    await limits.clearLogins(...attempt);
    return { user };
  } catch (error) {
    await limits.refundLogin(...attempt);
    throw error;
  }
}

/** Logs one line for each outcome of a sign-in, never the typed text: people type passwords as names too. */
export function logSignIn(
  { logger }: OAuthContext,
  res: Response,
  event: string,
  more: { user?: string; scopes?: string[]; level?: 'info' | 'warn' } = {},
): void {
  const { level = 'info', ...fields } = more;
  const { requestId, clientId } = localsOf(res);
  logger[level]({ requestId, clientId, address: res.req.ip, ...fields }, event);
}
