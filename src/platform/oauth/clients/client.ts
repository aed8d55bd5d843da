/** The grant types of this server (OAuth 2.1 section 4). */
export const GRANT_TYPES = ['authorization_code', 'refresh_token'];

/** A client as every endpoint sees it, whether registered or described by a document. */
export interface Client {
  clientId: string;
  name: string;
  /** The host of the document that describes the client; `undefined` for registered clients. */
  host: string | undefined;
  redirectUris: string[];
  grantTypes: string[];
  /** SHA-256 of its secret; public clients have none. */
  secretHash: string | undefined;
}
