import { type Request, type RequestHandler, type Response, Router } from 'express';
import { UnavailableError } from '../../http/errors.js';
import { answerUrl } from '../common/authorization-response.js';
import { readFormWithScopes } from '../common/params.js';
import type { OAuthContext } from '../context.js';
import type { User } from '../sign-in/accounts.js';
import type { AuthorizationRequest } from '../sign-in/authorization-request.js';
import { grantedScopes, loginView, type SubmittedForm } from '../sign-in/consent.js';
import { pageErrorHandler } from '../sign-in/pages.js';
import { TooManySignInsError } from '../sign-in/password-checks.js';

const EXPIRED =
  'This sign-in page has expired, was used already, or belongs to another browser. Start again from your application.';

/** What came with the form. */
interface LoginForm {
  values: Record<string, string | undefined>;
  /** The boxes that were ticked. */
  scopes: string[];
}

/** One sign-in page that was sent back. */
interface Attempt {
  id: string;
  request: AuthorizationRequest;
  entered: SubmittedForm;
  password: string;
}

/** `GET` and `POST /login`: sign-in and consent on one page, every time; no session is kept. */
export function loginRoutes(context: OAuthContext): Router {
  const router = Router();
  router.get('/login', async (req, res) => {
    const request = await context.requests.find(req, req.query['request']);
    if (request === undefined) return sendExpired(context, res);
    await sendLoginPage(context, res, 200, String(req.query['request']), request);
  });
  router.post(
    '/login',
    sameOriginOnly(context),
    ...readFormWithScopes,
    async (req: Request, res: Response) => {
      const { values, scopes: ticked } = res.locals['form'] as LoginForm;
      const id = values['request'] ?? '';
      const request = await context.requests.find(req, id);
      if (request === undefined) return sendExpired(context, res);
      if (values['decision'] !== 'allow') return deny(context, res, id, request);
      const entered = { username: values['username'] ?? '', ticked };
      await allow(context, req, res, { id, request, entered, password: values['password'] ?? '' });
    },
  );
  router.use('/login', pageErrorHandler(context));
  return router;
}

async function deny(context: OAuthContext, res: Response, id: string, request: AuthorizationRequest) {
  if (!(await context.requests.consume(id, async () => true))) return sendExpired(context, res);
  context.logger.info({ client: request.client_id }, 'sign-in cancelled');
  sendAnswer(context, res, request, {
    error: 'access_denied',
    error_description: 'The user did not allow it',
  });
}

async function allow(context: OAuthContext, req: Request, res: Response, attempt: Attempt): Promise<void> {
  const { id, request, entered } = attempt;
  const user = await signIn(context, req, res, attempt);
  if (user === undefined) return;
  const scopes = grantedScopes(context.scopes, request, user, entered.ticked);
  if (scopes.length === 0) {
    const all = context.scopes.map(({ name }) => name);
    const declined = grantedScopes(context.scopes, request, user, all).length > 0;
    const problem = declined
      ? 'Tick what the application may do, or cancel.'
      : 'This account may not allow any of what the application asks for.';
    return sendLoginPage(context, res, declined ? 400 : 403, id, request, { entered, problem });
  }
  const code = await context.requests.consume(id, async (transaction) => {
    await context.registeredClients.markUsed(request.client_id, transaction);
    const grant = {
      username: user.id,
      clientId: request.client_id,
      scopes,
      resource: request.resource,
      redirectUri: request.redirect_uri,
      codeChallenge: request.code_challenge,
    };
    return context.grants.create(grant, transaction);
  });
  if (code === undefined) return sendExpired(context, res);
  context.logger.info({ user: user.id, client: request.client_id, scopes }, 'signed in');
  sendAnswer(context, res, request, { code });
}

/** Checks the password within the limits; shows the page again and gives `undefined` when that fails. */
async function signIn(
  context: OAuthContext,
  req: Request,
  res: Response,
  { id, request, entered, password }: Attempt,
): Promise<User | undefined> {
  const { passwordChecks, logger } = context;
  const retry = (status: number, problem: string) =>
    sendLoginPage(context, res, status, id, request, { entered, problem });
  const result = await passwordChecks(() =>
    checkPassword(context, req.ip ?? '', entered.username, password),
  ).catch((error: unknown) => {
    if (error instanceof TooManySignInsError) return 'busy' as const;
    if (error instanceof UnavailableError) return 'unavailable' as const;
    throw error;
  });
  if (result === 'busy') {
    res.set('Retry-After', '5');
    await retry(503, 'Too many people are signing in right now. Try again in a few seconds.');
  } else if (result === 'unavailable') {
    res.set('Retry-After', '30');
    await retry(503, 'Sign-in does not work right now. Try again in a moment.');
  } else if (result === 'wrong') {
    // Not the name that was typed: people type passwords there, too.
    logger.info({ address: req.ip, client: request.client_id }, 'sign-in failed');
    await retry(401, 'The user name or the password is wrong.');
  } else if ('wait' in result) {
    logger.warn({ address: req.ip, client: request.client_id }, 'sign-in locked after failed attempts');
    res.set('Retry-After', String(result.wait));
    const minutes = Math.ceil(result.wait / 60);
    await retry(
      429,
      `Too many failed attempts. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
    );
  } else {
    return result.user;
  }
  return undefined;
}

async function checkPassword(
  { limits, users }: OAuthContext,
  address: string,
  username: string,
  password: string,
): Promise<{ user: User } | { wait: number } | 'wrong'> {
  const wait = await limits.countLogin(address, username);
  if (wait > 0) return { wait };
  try {
    const user = await users.verifyPassword(username, password);
    if (user === undefined) return 'wrong';
    await limits.clearLogins(address, username);
    return { user };
  } catch (error) {
    await limits.refundLogin(address, username);
    throw error;
  }
}

/**
 * Refuses forms sent by other sites, before anything else is looked at. Browsers tell the origin with every form;
 * `Origin: null` is what a sandboxed frame of a stranger sends.
 */
function sameOriginOnly({ issuer, pages }: OAuthContext): RequestHandler {
  return (req, res, next) => {
    const { origin, 'sec-fetch-site': site } = req.headers;
    const foreign =
      (origin !== undefined && origin !== issuer) || (site !== undefined && site !== 'same-origin');
    if (!foreign) return next();
    const message = 'The sign-in form was sent from another site and was refused.';
    pages.sendError(res, 403, message);
  };
}

async function sendLoginPage(
  context: OAuthContext,
  res: Response,
  status: number,
  id: string,
  request: AuthorizationRequest,
  retry?: { entered: SubmittedForm; problem: string },
): Promise<void> {
  const client = await context.clients.find(request.client_id, res.req.ip ?? '');
  if (client === undefined) return sendExpired(context, res);
  const view = loginView(context.scopes, client, request, id, retry);
  context.pages.sendLogin(res, status, view);
}

function sendExpired({ pages }: OAuthContext, res: Response): void {
  pages.sendError(res, 400, EXPIRED);
}

/** 303, never 307: the browser must not send the password on (RFC 9700 section 4.12). */
function sendAnswer(
  { issuer }: OAuthContext,
  res: Response,
  request: AuthorizationRequest,
  answer: Record<string, string>,
): void {
  const url = answerUrl(issuer, request.redirect_uri, { ...answer, state: request.state });
  res.set('Cache-Control', 'no-store').redirect(303, url.href);
}
