import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthTokens,
} from '@modelcontextprotocol/client';
import { Browser, CALLBACK } from './oauth.js';

/** What both SDK clients ask of an application that signs its user in. The browser is played by `Browser`. */
export class TestOAuthProvider {
  readonly redirectUrl = CALLBACK;
  readonly clientMetadata: OAuthClientMetadata = {
    client_name: 'SDK client',
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  };
  /** The answer of the sign-in, as it arrives at the callback. */
  callback: URLSearchParams | undefined;
  /** How often tokens were stored: once for the sign-in, once more for each refresh. */
  saved = 0;
  #client: OAuthClientInformationMixed | undefined;
  #tokens: OAuthTokens | undefined;
  #verifier = '';

  constructor(private readonly url: string) {}

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
    this.saved += 1;
    this.#tokens = tokens;
  }

  saveCodeVerifier(verifier: string) {
    this.#verifier = verifier;
  }

  codeVerifier() {
    return this.#verifier;
  }

  async redirectToAuthorization(target: URL) {
    const browser = new Browser(this.url);
    const response = await browser.submit(await browser.open(target));
    this.callback = new URL(response.headers.get('location') ?? '').searchParams;
  }
}

/** A client that has a document about itself, and prefers it to a registration. */
export class DocumentedOAuthProvider extends TestOAuthProvider {
  constructor(
    url: string,
    readonly clientMetadataUrl: string,
  ) {
    super(url);
  }
}
