import { type Request, type RequestHandler, type Response, Router } from 'express';
import { AccountsBusyError, type User } from './accounts.js';
import { type AuthorizationRequest, findRequest, takeRequest } from './authorization-request.js';
import { answerUrl } from './authorize.js';
import type { OAuthContext } from './context.js';
import { OAuthError } from './errors.js';
import { createGrant } from './grants.js';
import { sendPage } from './pages.js';
import { readFormWithScopes } from './params.js';
import { isLoopbackRedirect, redirectHost } from './redirect-uri.js';

const EXPIRED =
  'This sign-in page has expired, was used already, or belongs to another browser. Start again from your application.';

/** What came with the form. */
interface LoginForm {
  values: Record<string, string | undefined>;
  /** The boxes that were ticked. */
  scopes: string[];
}

/** `GET` and `POST /login`: sign-in and consent on one page, every time; no session is kept. */
export function loginRoutes(context: OAuthContext): Router {
  const router = Router();
  router.get('/login', async (req, res) => {
    const request = await findRequest(context, req, req.query['request']);
    if (request === undefined) return sendExpired(context, res);
    await sendLoginPage(context, res, 200, String(req.query['request']), request);
  });
  router.post(
    '/login',
    sameOriginOnly(context),
    ...readFormWithScopes,
    async (req: Request, res: Response) => {
      const form = res.locals['form'] as LoginForm;
      const id = form.values['request'] ?? '';
      const request = await findRequest(context, req, id);
      if (request === undefined) return sendExpired(context, res);
      if (form.values['decision'] !== 'allow') {
        if (!(await takeRequest(context, id))) return sendExpired(context, res);
        return sendAnswer(context, res, request, {
          error: 'access_denied',
          error_description: 'The user did not allow it',
        });
      }
      const user = await signIn(context, req, res, id, request, form);
      if (user === undefined) return;
      const scopes = grantedScopes(context, request, user, form.scopes);
      if (scopes.length === 0) {
        return sendLoginPage(context, res, 403, id, request, {
          username: form.values['username'],
          problem: 'This account may not allow any of what the application asks for.',
        });
      }
      if (!(await takeRequest(context, id))) return sendExpired(context, res);
      await context.clients.markUsed(request.client_id);
      const code = await createGrant(context.store, {
        username: user.id,
        clientId: request.client_id,
        scopes,
        resource: request.resource,
        redirectUri: request.redirect_uri,
        codeChallenge: request.code_challenge,
      });
      sendAnswer(context, res, request, { code });
    },
  );
  return router;
}

/** Checks the password within the limits; shows the page again and gives `undefined` when that fails. */
async function signIn(
  context: OAuthContext,
  req: Request,
  res: Response,
  id: string,
  request: AuthorizationRequest,
  { values: { username = '', password = '' } }: LoginForm,
): Promise<User | undefined> {
  const { limits, accounts } = context;
  const address = req.ip ?? '';
  const again = (status: number, problem: string) =>
    sendLoginPage(context, res, status, id, request, { username, problem });
  const wait = await limits.loginWait(address, username);
  if (wait > 0) {
    res.set('Retry-After', String(wait));
    await again(429, `Too many failed attempts. Try again in ${Math.ceil(wait / 60)} minutes.`);
    return undefined;
  }
  try {
    const user = await accounts.verifyPassword(username, password);
    if (user !== undefined) {
      await limits.clearFailedLogins(address, username);
      return user;
    }
  } catch (error) {
    if (!(error instanceof AccountsBusyError)) throw error;
    res.set('Retry-After', '5');
    await again(503, 'Too many people are signing in right now. Try again in a few seconds.');
    return undefined;
  }
  await limits.countFailedLogin(address, username);
  await again(401, 'The user name or the password is wrong.');
  return undefined;
}

/** What was asked for, may be granted by this user, and was not declined. */
function grantedScopes(
  { scopes }: OAuthContext,
  request: AuthorizationRequest,
  user: User,
  ticked: string[],
): string[] {
  const asked = request.scopes.split(' ');
  return scopes
    .filter((scope) => asked.includes(scope.name) && user.scopes.includes(scope.name))
    .filter((scope) => scope.default || ticked.includes(scope.name))
    .map(({ name }) => name);
}

/**
 * Refuses forms sent by other sites, before anything else is looked at. Browsers tell the origin with every form;
 * `Origin: null` is what a sandboxed frame of a stranger sends.
 */
function sameOriginOnly({ issuer, accounts }: OAuthContext): RequestHandler {
  return (req, res, next) => {
    const { origin, 'sec-fetch-site': site } = req.headers;
    const foreign =
      (origin !== undefined && origin !== issuer) || (site !== undefined && site !== 'same-origin');
    if (!foreign) return next();
    const message = 'The sign-in form was sent from another site and was refused.';
    sendPage(res, accounts, 403, accounts.errorPage({ message, returnTo: undefined }));
  };
}

async function sendLoginPage(
  context: OAuthContext,
  res: Response,
  status: number,
  id: string,
  request: AuthorizationRequest,
  { username, problem }: { username?: string | undefined; problem?: string } = {},
): Promise<void> {
  const client = await context.clients.find(request.client_id, res.req.ip ?? '').catch((error: unknown) => {
    if (error instanceof OAuthError) return error;
    throw error;
  });
  if (client === undefined) return sendExpired(context, res);
  if (client instanceof OAuthError) {
    const { status, headers, message } = client;
    res.set(headers);
    const refused = context.accounts.errorPage({ message, returnTo: undefined });
    return sendPage(res, context.accounts, status, refused);
  }
  const asked = request.scopes.split(' ');
  const page = context.accounts.loginPage({
    hidden: { request: id },
    clientName: client.name,
    clientHost: client.host,
    redirectHost: redirectHost(request.redirect_uri),
    loopbackOnly: client.redirectUris.every(isLoopbackRedirect),
    scopes: context.scopes.filter(({ name }) => asked.includes(name)),
    username: username ?? '',
    problem,
  });
  sendPage(res, context.accounts, status, page);
}

function sendExpired({ accounts }: OAuthContext, res: Response): void {
  sendPage(res, accounts, 400, accounts.errorPage({ message: EXPIRED, returnTo: undefined }));
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
