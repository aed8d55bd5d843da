import { type Request, type RequestHandler, type Response, Router } from 'express';
import { logUnavailable } from '../../http/error-handler.js';
import { RETRY_AFTER, UnavailableError } from '../../http/errors.js';
import { allowMethods } from '../../http/methods.js';
import { localsOf } from '../../http/request-locals.js';
import { quoted } from '../../log-text.js';
import { scopeNames } from '../../scopes.js';
import { answerUrl } from '../common/authorization-response.js';
import { OAuthError } from '../common/errors.js';
import { readSignInForm } from '../common/params.js';
import type { OAuthContext } from '../context.js';
import type { User } from '../sign-in/accounts.js';
import type { AuthorizationRequest } from '../sign-in/authorization-request.js';
import { grantedScopes, loginView, type SubmittedForm } from '../sign-in/consent.js';
import { TooManySignInsError } from '../sign-in/password-checks.js';
import { noteClient } from './client-request.js';
import { pageErrorHandler, refuseMethod } from './refusals.js';

/** A submitted sign-in page. */
interface Attempt {
  id: string;
  request: AuthorizationRequest;
  entered: SubmittedForm;
  password: string;
}

/** Serves `GET` and `POST /login`: sign-in and consent on one page, every time. No session is kept. */
export function loginRoutes(context: OAuthContext): Router {
  const router = Router();
  router.all('/login', allowMethods(['GET', 'POST'], { refuse: refuseMethod(context) }));
  router.get('/login', async (req, res) => {
    const { id, request } = await openRequest(context, req, res, req.query['request']);
    await sendLoginPage(context, res, 200, id, request);
  });
  router.post('/login', sameOriginOnly(context), async (req, res) => {
    const { values, scopes: ticked } = await readSignInForm(req, res);
    const { id, request } = await openRequest(context, req, res, values['request']);
    if (values['decision'] !== 'allow') return deny(context, res, id, request);
    const entered = { username: values['username'] ?? '', ticked };
    await allow(context, req, res, { id, request, entered, password: values['password'] ?? '' });
  });
  router.use('/login', pageErrorHandler(context));
  return router;
}

/** Finds the open sign-in request of a page. @throws {OAuthError} when there is none */
async function openRequest(
  context: OAuthContext,
  req: Request,
  res: Response,
  id: unknown,
): Promise<{ id: string; request: AuthorizationRequest }> {
  if (typeof id !== 'string') throw expired('the parameter request is missing or repeated');
  const request = await context.requests.find(req, id);
  if (request === undefined) {
    throw expired(
      'this browser began no open request of that id: it expired, was decided, or lacks its cookie',
    );
  }
  await noteClient(context, res, request.client_id);
  return { id, request };
}

async function deny(context: OAuthContext, res: Response, id: string, request: AuthorizationRequest) {
  if (!(await context.requests.consume(id, async () => true))) throw expired(DECIDED);
  logSignIn(context, res, 'sign-in cancelled');
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
    logSignIn(
      context,
      res,
      declined ? 'sign-in without a ticked scope' : 'sign-in without a scope to grant',
      {
        user: user.id,
        scopes: scopeNames(request.scopes),
      },
    );
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
      assertionRequired: request.assertion_required === 1,
    };
    return context.grants.create(grant, transaction);
  });
  if (code === undefined) throw expired(DECIDED);
  logSignIn(context, res, 'signed in', { user: user.id, scopes });
  sendAnswer(context, res, request, { code });
}

/** Checks the password within the limits. When that fails, shows the page again and returns `undefined`. */
async function signIn(
  context: OAuthContext,
  req: Request,
  res: Response,
  { id, request, entered, password }: Attempt,
): Promise<User | undefined> {
  const retry = (status: number, problem: string) =>
    sendLoginPage(context, res, status, id, request, { entered, problem });
  const result = await context
    .passwordChecks(() => checkPassword(context, req.ip ?? '', entered.username, password))
    .catch((error: unknown) => {
      if (error instanceof TooManySignInsError) return 'busy' as const;
      if (error instanceof UnavailableError) return error;
      throw error;
    });
  if (result === 'busy') {
    logSignIn(context, res, 'sign-in put off: too many at once', { level: 'warn' });
    res.set('Retry-After', '5');
    await retry(503, 'Too many people are signing in right now. Try again in a few seconds.');
  } else if (result instanceof UnavailableError) {
    logUnavailable(context.logger, result, req, res);
    res.set('Retry-After', String(RETRY_AFTER));
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
 * Refuses forms from other sites before anything else is checked. Browsers send the origin with every form; a stranger's
 * sandboxed frame sends `Origin: null`.
 */
function sameOriginOnly({ issuer }: OAuthContext): RequestHandler {
  return (req, _res, next) => {
    const { origin, 'sec-fetch-site': site } = req.headers;
    const foreign =
      (origin !== undefined && origin !== issuer) || (site !== undefined && site !== 'same-origin');
    if (!foreign) return next();
    throw new OAuthError('access_denied', 'The sign-in form was sent from another site and was refused.', {
      status: 403,
      detail: `Origin is ${quoted(origin ?? 'not sent')}, Sec-Fetch-Site ${quoted(String(site ?? 'not sent'))}`,
    });
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
  if (client === undefined) throw expired('the client was removed after the sign-in began');
  const view = loginView(context.scopes, client, request, id, retry);
  context.pages.sendLogin(res, status, view);
}

const DECIDED = 'the request was decided in the meantime, by another submission of the page';

function expired(detail: string): OAuthError {
  return new OAuthError(
    'invalid_request',
    'This sign-in page has expired, was used already, or belongs to another browser. Start again from your application.',
    { detail },
  );
}

/** Logs one line for each outcome of a sign-in, never the typed text: people type passwords as names too. */
function logSignIn(
  { logger }: OAuthContext,
  res: Response,
  event: string,
  more: { user?: string; scopes?: string[]; level?: 'info' | 'warn' } = {},
): void {
  const { level = 'info', ...fields } = more;
  const { requestId, clientId } = localsOf(res);
  logger[level]({ requestId, clientId, address: res.req.ip, ...fields }, event);
}

/** Redirects with 303, never 307: the browser must not forward the password (RFC 9700 section 4.12). */
function sendAnswer(
  { issuer }: OAuthContext,
  res: Response,
  request: AuthorizationRequest,
  answer: Record<string, string>,
): void {
  const url = answerUrl(issuer, request.redirect_uri, { ...answer, state: request.state });
  res.set('Cache-Control', 'no-store').redirect(303, url.href);
}
