import type { Caller } from '../caller.js';
import { isRecord } from '../json.js';
import type { Resource } from '../mcp/define-resource.js';
import { missingScopes } from '../mcp/failures.js';
import { spellUri } from '../resource-uri.js';

/**
 * A stream keeps its request, and a notification for each of its resources until a slow client has read them. With these
 * limits, that is 20 KB at most.
 */
const MAX_MESSAGE_LENGTH = 4096;
const MAX_RESOURCES = 32;
const MAX_ID_LENGTH = 100;

/** Says what is too much about a `subscriptions/listen` request, and what to do; `undefined` when nothing is. */
export function excessOf(message: unknown): string | undefined {
  const id = isRecord(message) ? message['id'] : undefined;
  if (urisOf(message).length > MAX_RESOURCES) {
    return `Too many resources: ${MAX_RESOURCES} may be in one stream. Open another for the rest`;
  }
  if (typeof id === 'string' && id.length > MAX_ID_LENGTH) {
    return `The id of a stream may have ${MAX_ID_LENGTH} characters. Send a shorter one`;
  }
  if (JSON.stringify(message).length > MAX_MESSAGE_LENGTH) {
    return `The request for a stream may have ${MAX_MESSAGE_LENGTH} characters. Subscribe to fewer resources in it`;
  }
  return undefined;
}

/**
 * Returns the resources that a request asks for and the caller may be told of: how the client spells each, by how
 * `spellUri` does. Others are left out without a word.
 */
export function allowedUris<Services>(
  message: unknown,
  caller: Caller,
  resources: readonly Resource<Services>[],
): Map<string, string> {
  const mayBeTold = (uri: string): boolean => {
    const matching = resources.filter((resource) => resource.matches(uri));
    // Reading prefers a fixed URI to a template.
    const resource = matching.find(({ isTemplate }) => !isTemplate) ?? matching[0];
    if (resource === undefined || missingScopes(caller, resource.scopes).length > 0) return false;
    return resource.subscribable(caller, uri);
  };
  const spelled = new Map(urisOf(message).map((uri) => [spellUri(uri), uri]));
  return new Map([...spelled].filter(([uri]) => mayBeTold(uri)));
}

/** Returns a request that asks for these resources only. Leaves one as it is that is not valid, for the SDK to refuse. */
export function withUris(message: unknown, uris: string[]): unknown {
  const notifications = notificationsOf(message);
  if (!isRecord(message) || !isRecord(message['params']) || !isRecord(notifications)) return message;
  if (!isListOfTexts(notifications['resourceSubscriptions'])) return message;
  const narrowed = { ...notifications, resourceSubscriptions: uris };
  return { ...message, params: { ...message['params'], notifications: narrowed } };
}

function urisOf(message: unknown): string[] {
  const notifications = notificationsOf(message);
  const uris = isRecord(notifications) ? notifications['resourceSubscriptions'] : undefined;
  return isListOfTexts(uris) ? uris : [];
}

function notificationsOf(message: unknown): unknown {
  const params = isRecord(message) ? message['params'] : undefined;
  return isRecord(params) ? params['notifications'] : undefined;
}

function isListOfTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
