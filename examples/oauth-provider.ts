import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  OAuthTokens,
} from '@modelcontextprotocol/client';

/** Keeps what the sign-in produces. A real client writes it to a safe place, so that its user signs in once. */
export class ExampleOAuthProvider implements OAuthClientProvider {
  readonly clientMetadata: OAuthClientMetadata;
  #client: OAuthClientInformationMixed | undefined;
  #tokens: OAuthTokens | undefined;
  #discovery: OAuthDiscoveryState | undefined;
  #verifier = '';

  /** @param redirect shows the sign-in page to the user */
  constructor(
    readonly redirectUrl: string,
    private readonly redirect: (target: URL) => void | Promise<void>,
  ) {
    this.clientMetadata = {
      client_name: 'Example client',
      redirect_uris: [redirectUrl],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    };
  }

  clientInformation() {
    return this.#client;
  }

  saveClientInformation(client: OAuthClientInformationMixed) {
    this.#client = client;
  }

  tokens() {
    return this.#tokens;
  }

  saveTokens(tokens: OAuthTokens) {
    this.#tokens = tokens;
  }

  codeVerifier() {
    return this.#verifier;
  }

  saveCodeVerifier(verifier: string) {
    this.#verifier = verifier;
  }

  discoveryState() {
    return this.#discovery;
  }

  saveDiscoveryState(state: OAuthDiscoveryState) {
    this.#discovery = state;
  }

  redirectToAuthorization(target: URL) {
    return this.redirect(target);
  }
}
