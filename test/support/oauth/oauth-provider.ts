import type { OAuthTokens } from '@modelcontextprotocol/client';
import { ExampleOAuthProvider } from '../../../examples/oauth-provider.js';
import { Browser, CALLBACK } from './oauth.js';

/** The provider of the example client, with `Browser` playing its user. */
export class TestOAuthProvider extends ExampleOAuthProvider {
  /** The answer to the sign-in, as received at the callback. */
  callback: URLSearchParams | undefined;
  /** How often tokens were stored: once for the sign-in, once more for each refresh. */
  saved = 0;

  /** @param fill changes what the user leaves in the form; by default they leave it as it is */
  constructor(url: string, fill: (form: Record<string, string>) => Record<string, string> = (form) => form) {
    super(CALLBACK, async (target) => {
      const browser = new Browser(url);
      const response = await browser.submit(fill(await browser.open(target)));
      this.callback = new URL(response.headers.get('location') ?? '').searchParams;
    });
  }

  override saveTokens(tokens: OAuthTokens) {
    this.saved += 1;
    super.saveTokens(tokens);
  }
}

/** A client that is described by a document, and prefers that to a registration. */
export class DocumentedOAuthProvider extends TestOAuthProvider {
  constructor(
    url: string,
    readonly clientMetadataUrl: string,
  ) {
    super(url);
  }
}
