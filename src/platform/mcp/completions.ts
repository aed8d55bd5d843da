import type { HandlerContext } from './context.js';
import { assertScopes, withErrorBoundary } from './failures.js';
import type { ScopeOf } from './request-scopes.js';

/** Returns the values that start with what was typed. `others` holds the arguments filled in so far. */
export type Complete<Services = unknown> = (
  typed: string,
  context: Pick<HandlerContext<Services>, 'caller' | 'store' | 'services'>,
  others: Record<string, string>,
) => string[] | Promise<string[]>;

/** A completion with the signature the SDK expects. */
type BoundCompletion = (typed: string, context?: { arguments?: Record<string, string> }) => Promise<string[]>;

/** Binds completions to the scope of a server. The SDK tells them nothing of the request. */
export function bindCompletions<Services>(
  completions: Record<string, Complete<Services> | undefined>,
  scopes: string[],
  scopeOf: ScopeOf<Services>,
): Record<string, BoundCompletion> {
  // Without a prototype, in which the SDK would find `toString` and call it.
  const bound: Record<string, BoundCompletion> = Object.create(null);
  for (const [argument, complete] of Object.entries(completions)) {
    if (complete === undefined) continue;
    bound[argument] = (typed, context) => {
      const { caller, store, services, log } = scopeOf(undefined);
      return withErrorBoundary(
        () => log,
        () => {
          assertScopes(caller, scopes);
          return complete(typed, { caller, store, services }, context?.arguments ?? {});
        },
      );
    };
  }
  return bound;
}
