/** A permission a user can grant to a client. */
export interface Scope {
  name: string;
  /** What it allows, worded for the user who grants it. */
  description: string;
  /**
   * Whether every client gets it. All scopes are offered from the start; those that are no default are boxes on the
   * sign-in page.
   */
  default: boolean;
}

/** Returns the names in a `scope` value, each once (RFC 6749 section 3.3). */
export function scopeNames(scope: string): string[] {
  return [...new Set(scope.split(/\s+/).filter(Boolean))];
}
