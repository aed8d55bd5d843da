/** Who makes a request, whichever credential proved it. Tools see this and nothing else of the sign-in. */
export interface Caller {
  /** `user`: a person who signed in. `service`: a platform with a static token. */
  kind: 'user' | 'service';
  /** Stable identifier: the user name, or `service:` and a name. */
  id: string;
  /** What to call them in an answer. */
  name: string;
  scopes: string[];
  /** The OAuth `client_id` the request came through. */
  clientId: string;
}
