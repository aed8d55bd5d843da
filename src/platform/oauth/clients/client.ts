/** A client as every endpoint sees it, however it became known. */
export interface Client {
  clientId: string;
  name: string;
  /** The host its description was fetched from, for clients that are described by a document. */
  host: string | undefined;
  redirectUris: string[];
  grantTypes: string[];
  /** SHA-256 of its secret; public clients have none. */
  secretHash: string | undefined;
}
