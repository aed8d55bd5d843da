/** A permission a user can grant to a client. */
export interface Scope {
  name: string;
  /** What it allows, worded for the user who grants it. */
  description: string;
  /** Whether clients request it from the start. They request the others only when a tool needs them. */
  default: boolean;
}
