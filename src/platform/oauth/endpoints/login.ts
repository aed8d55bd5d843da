import type { Request, RequestHandler, Response, Router } from 'express';
import { exactRouter } from '../../http/exact-router.js';
import { allowMethods } from '../../http/methods.js';
import { quoted } from '../../log-text.js';
import { scopeNames } from '../../scopes.js';
import type { Store } from '../../store/database.js';
import { isDocumentUrl } from '../clients/client-documents.js';
import { answerUrl, redirectToClient } from '../common/authorization-response.js';
import { OAuthError } from '../common/errors.js';
import { readSignInForm } from '../common/params.js';
import type { OAuthContext } from '../context.js';
import type { AuthorizationRequest } from '../sign-in/authorization-request.js';
import { type FormState, grantedScopes, loginView, type SubmittedForm } from '../sign-in/consent.js';
import { noteClient } from './client-request.js';
import { logSignIn, signIn } from './password-step.js';
import { pageErrorHandler, refuseMethod } from './refusals.js';

/** A submitted sign-in page. */
interface Attempt {
  id: string;
  request: AuthorizationRequest;
  entered: Required<SubmittedForm>;
  password: string;
}

/** Serves `GET` and `POST /login`: sign-in and consent on one page, every time. No session is kept. */
export function loginRoutes(context: OAuthContext): Router {
  const router = exactRouter();
  router.all('/login', allowMethods(['GET', 'POST'], { refuse: refuseMethod(context) }));
  router.get('/login', async (req, res) => {
    const { id, request } = await openRequest(context, req, res, req.query['request']);
    const username = hintIn(req.query['login_hint']);
    await sendLoginPage(context, res, 200, id, request, { entered: { username } });
  });
  router.post('/login', sameOriginOnly(context), async (req, res) => {
    const { values, scopes: ticked } = await readSignInForm(req, res);
    const { id, request } = await openRequest(context, req, res, values['request']);
    // Password managers and scripts send the form without its button, so everything but a clear no is a sign-in.
    if (values['decision'] === 'deny') return deny(context, res, id, request);
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
  if (request === 'not open') throw expired('no open request of that id: it expired, or was decided');
  if (request === 'no cookie') {
    throw new OAuthError('invalid_request', NO_COOKIE, {
      detail: `no cookie of this request: ${req.headers.cookie ? 'another browser' : NONE_SENT}`,
    });
  }
  await noteClient(context, res, request.client_id);
  return { id, request };
}

async function deny(context: OAuthContext, res: Response, id: string, request: AuthorizationRequest) {
  if (!(await context.requests.consume(id, async () => true))) throw expired(DECIDED);
  logSignIn(context, res, 'sign-in cancelled');
  sendAnswer(context, res, id, request, {
    error: 'access_denied',
    error_description: 'The user did not allow it',
  });
}

async function allow(context: OAuthContext, req: Request, res: Response, attempt: Attempt): Promise<void> {
  const { id, request, entered } = attempt;
  const credentials = { username: entered.username, password: attempt.password };
  const user = await signIn(context, req, res, credentials, (status, problem) =>
    sendLoginPage(context, res, status, id, request, { entered, problem }),
  );
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
  const record = async (transaction: Store) => {
    const { client_id: clientId } = request;
    const clients = isDocumentUrl(clientId) ? context.documentCopies : context.registeredClients;
    if (!(await clients.markUsed(clientId, transaction))) throw expired(REMOVED);
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
  };
  const code = await context.requests.consume(id, record, context.grants.hasCode);
  if (code === undefined) throw expired(DECIDED);
  logSignIn(context, res, 'signed in', { user: user.id, scopes });
  sendAnswer(context, res, id, request, { code });
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
  shown: FormState,
): Promise<void> {
  const client = await context.clients.find(request.client_id, res.req.ip ?? '');
  if (client === undefined) throw expired(REMOVED);
  const view = loginView(context.scopes, client, request, id, shown);
  context.pages.sendLogin(res, status, view);
}

const DECIDED = 'the request was decided in the meantime, by another submission of the page';

const REMOVED = 'the client was removed after the sign-in began';

/** The longest user name of the form. */
const MAX_USERNAME = 100;

const NO_COOKIE =
  'Your browser did not send the cookie of this sign-in. If it blocks cookies, allow them for this address. If you opened the page in another browser or in a private window, stay in one. Then go back to your application and connect again.';

const NONE_SENT =
  'the browser sent none at all, so it blocks cookies, or reached an https PUBLIC_URL over http';

function expired(detail: string): OAuthError {
  return new OAuthError(
    'invalid_request',
    'This sign-in has expired, or was finished already. If your application is not connected, go back to it and connect again, then sign in within ten minutes. You can close this page.',
    { detail },
  );
}

/** Reads the name a client expects (OpenID Connect Core section 3.1.2.1). Anything longer than a name is left out. */
function hintIn(hint: unknown): string {
  return typeof hint === 'string' && hint.length <= MAX_USERNAME ? hint : '';
}

function sendAnswer(
  { issuer, requests }: OAuthContext,
  res: Response,
  id: string,
  request: AuthorizationRequest,
  answer: Record<string, string>,
): void {
  requests.forgetCookie(res, id);
  redirectToClient(res, answerUrl(issuer, request.redirect_uri, { ...answer, state: request.state }));
}
