import { type Scope, scopeNames } from '../../scopes.js';
import type { Client } from '../clients/client.js';
import { redirectHost, staysOnDevice } from '../clients/redirect-uri.js';
import type { User } from './accounts.js';
import type { AuthorizationRequest } from './authorization-request.js';
import type { LoginScope, LoginView } from './views.js';

/** What the user had typed and ticked when the page is shown again. */
export interface SubmittedForm {
  username: string;
  /** The boxes that were ticked. */
  ticked: string[];
}

/** Makes the view of a request for the sign-in page. */
export function loginView(
  scopes: Scope[],
  client: Client,
  request: AuthorizationRequest,
  id: string,
  retry?: { entered: SubmittedForm; problem: string },
): LoginView {
  return {
    hidden: { request: id },
    clientName: client.name,
    clientHost: client.host,
    redirectHost: redirectHost(request.redirect_uri),
    ownDevice: staysOnDevice(request.redirect_uri),
    scopes: offeredScopes(scopes, request, retry?.entered.ticked),
    username: retry?.entered.username ?? '',
    problem: retry?.problem,
  };
}

/** Returns the offered scopes that this user may grant and did not decline. */
export function grantedScopes(
  scopes: Scope[],
  request: AuthorizationRequest,
  user: User,
  ticked: string[],
): string[] {
  return offeredScopes(scopes, request, ticked)
    .filter(({ name, optional, ticked: chosen }) => user.scopes.includes(name) && (!optional || chosen))
    .map(({ name }) => name);
}

/**
 * Lists the scopes that the page offers: those the client named, or all of them when it named none. A box begins ticked if
 * the client named its scope, so that nothing is granted that neither the client nor the user asked for. A single scope is
 * not optional, because declining it means cancelling.
 */
function offeredScopes(scopes: Scope[], request: AuthorizationRequest, ticked?: string[]): LoginScope[] {
  const named = scopeNames(request.scopes);
  return scopes
    .filter(({ name }) => named.length === 0 || named.includes(name))
    .map(({ name, description, default: isDefault }, _index, offered) => ({
      name,
      description,
      optional: !isDefault && offered.length > 1,
      ticked: (ticked ?? named).includes(name),
    }));
}
