import type { HandlerContext } from '../../../src/platform/mcp/define.js';

/** What every definition has, and no test looks at. */
export const described = { title: 'T', description: 'D', scopes: ['notes:read'] as [string] };

/** Everything a handler can see of its request, in a form that can be compared. */
export function seen({
  caller,
  canElicit,
  openState,
  siteUrl,
  sdk,
}: HandlerContext): Record<string, unknown> {
  const { id, method, _meta, envelope, inputResponses, droppedInputResponseKeys } = sdk.mcpReq;
  const request = sdk.http?.req;
  return {
    caller,
    canElicit,
    siteUrl,
    state: openState(),
    mcpReq: { id, method, _meta, envelope, inputResponses, droppedInputResponseKeys },
    sessionId: sdk.sessionId,
    aborted: sdk.mcpReq.signal.aborted,
    http: request && {
      method: request.method,
      // The two servers of a comparison have different ports.
      url: request.url.replace(/:\d+/, ':PORT'),
      headers: [...request.headers]
        // The other way spells these for the SDK. The lane leaves them as they were sent.
        .filter(([name]) => name !== 'accept' && name !== 'content-type')
        .map(([name, value]) => [name, value.replace(/(localhost|127\.0\.0\.1):\d+/, '$1:PORT')]),
    },
    authInfo: sdk.http?.authInfo && { ...sdk.http.authInfo },
  };
}
