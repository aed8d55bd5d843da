import type { Scope } from '../../scopes.js';
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
    scopes: requestedScopes(scopes, request, retry?.entered.ticked),
    username: retry?.entered.username ?? '',
    problem: retry?.problem,
  };
}

/** Returns the requested scopes that this user may grant and did not decline. */
export function grantedScopes(
  scopes: Scope[],
  request: AuthorizationRequest,
  user: User,
  ticked: string[],
): string[] {
  return requestedScopes(scopes, request, ticked)
    .filter(({ name, optional, ticked: chosen }) => user.scopes.includes(name) && (!optional || chosen))
    .map(({ name }) => name);
}

/** Lists the requested scopes. A single scope is not optional, because declining it means cancelling. */
function requestedScopes(scopes: Scope[], request: AuthorizationRequest, ticked?: string[]): LoginScope[] {
  const names = request.scopes.split(' ');
  return scopes
    .filter(({ name }) => names.includes(name))
    .map(({ name, description, default: isDefault }, _index, asked) => ({
      name,
      description,
      optional: !isDefault && asked.length > 1,
      ticked: ticked === undefined || ticked.includes(name),
    }));
}
