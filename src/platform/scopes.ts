/** A permission a user can grant to a client. */
export interface Scope {
  name: string;
  /** What it allows, worded for the user who grants it. */
  description: string;
  /**
   * Whether a client gets it without a choice, also one that names no scope. The others are boxes on the sign-in page. All
   * are offered at the first connection.
   */
  default: boolean;
}

/** Returns the names in a `scope` value, each once (RFC 6749 section 3.3). */
export function scopeNames(scope: string): string[] {
  return [...new Set(scope.split(/\s+/).filter(Boolean))];
}
