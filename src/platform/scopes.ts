/** A permission a user can grant to a client. */
export interface Scope {
  name: string;
  /** What it allows, in words for the user who grants it. */
  description: string;
  /** Asked for by every client to begin with; the others only when a tool needs them. */
  default: boolean;
}
