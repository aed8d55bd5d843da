/** A permission a user can grant to a client. */
export interface Scope {
  name: string;
  /** What it allows, worded for the user who grants it. */
  description: string;
  /** Whether clients request it from the start. They request the others only when a tool needs them. */
  default: boolean;
}

/** Returns the names of the scopes that clients request from the start. */
export function defaultScopes(scopes: Scope[]): string[] {
  return scopes.filter((scope) => scope.default).map(({ name }) => name);
}
