import { createHash, randomBytes } from 'node:crypto';

/** A plain OAuth client for tests. Every step is separate, so that each can be done wrongly. */

export const CALLBACK = 'http://127.0.0.1:7777/callback';

export interface Registration {
  client_id: string;
  client_secret?: string;
  [member: string]: unknown;
}

export function registerRaw(url: string, metadata: unknown): Promise<Response> {
  return fetch(`${url}/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: typeof metadata === 'string' ? metadata : JSON.stringify(metadata),
  });
}

/** Registers a public client, unless told otherwise. */
export async function register(url: string, metadata: Record<string, unknown> = {}): Promise<Registration> {
  const response = await registerRaw(url, {
    redirect_uris: [CALLBACK],
    client_name: 'Test client',
    token_endpoint_auth_method: 'none',
    ...metadata,
  });
  if (response.status !== 201) throw new Error(`Registration failed: ${await response.text()}`);
  return (await response.json()) as Registration;
}

export interface Pkce {
  verifier: string;
  challenge: string;
}

export function pkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** Makes the URL of a correct authorization request. `undefined` in `changes` leaves a parameter out. */
export function authorizeUrl(
  url: string,
  clientId: string,
  challenge: string,
  changes: Record<string, string | undefined> = {},
): URL {
  const target = new URL('/authorize', url);
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: CALLBACK,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state: 'a state&=',
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) target.searchParams.set(name, value);
  return target;
}

/** A minimal browser for the sign-in: it keeps cookies, sends Origin with forms, and does not follow redirects. */
export class Browser {
  readonly cookies = new Map<string, string>();
  lastSetCookie = '';

  constructor(private readonly url: string) {}

  async get(target: URL | string): Promise<Response> {
    return this.#keep(await fetch(target, { redirect: 'manual', headers: { Cookie: this.#cookie() } }));
  }

  async submit(
    fields: Record<string, string> | URLSearchParams,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.#keep(
      await fetch(`${this.url}/login`, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded',
          Origin: this.url,
          Cookie: this.#cookie(),
          ...headers,
        },
        body: new URLSearchParams(fields),
      }),
    );
  }

  /** Opens the sign-in page. */
  async loginPage(target: URL): Promise<Response> {
    const redirect = await this.get(target);
    const location = redirect.headers.get('location');
    if (redirect.status !== 303 || location === null)
      throw new Error(`Not sent to sign in: ${await redirect.text()}`);
    return this.get(new URL(location, this.url));
  }

  /** Opens the sign-in page and returns the fields of its form, filled in. */
  async open(
    target: URL,
    username = 'ann',
    password = 'the password of ann',
  ): Promise<Record<string, string>> {
    const page = await (await this.loginPage(target)).text();
    return { ...formFields(page), username, password, decision: 'allow' };
  }

  #cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keep(response: Response): Response {
    for (const cookie of response.headers.getSetCookie()) {
      this.lastSetCookie = cookie;
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }
}

/** Returns the parameters that the client receives by redirect; empty when there is no redirect. */
export function answerOf(response: Response): Record<string, string> {
  const location = new URL(response.headers.get('location') ?? 'about:blank');
  return Object.fromEntries(location.searchParams);
}

/** Reads the hidden fields and ticked boxes of a page's form. */
function formFields(page: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [tag] of page.matchAll(/<input[^>]*>/g)) {
    const attribute = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
    if (/type="hidden"|type="checkbox"[^>]* checked/.test(tag))
      fields[attribute('name')] = attribute('value');
  }
  return fields;
}

export function tokenRequest(
  url: string,
  form: Record<string, string | undefined> | string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const body = typeof form === 'string' ? form : new URLSearchParams(definedOnly(form)).toString();
  return fetch(`${url}/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body,
  });
}

/** Returns the status and the error code of an answer. */
export async function codeOf(response: Response): Promise<[number, string | undefined]> {
  return [response.status, ((await response.json()) as { error?: string }).error];
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  expires_in: number;
  scope: string;
  token_type: string;
}

export interface SignedIn {
  client: Registration;
  code: string;
  pkce: Pkce;
  /** Redeems the code, with changes to the correct request, where the user signed in or at another replica. */
  redeem: (changes?: Record<string, string | undefined>, at?: string) => Promise<Response>;
}

/** Signs a user in through the page and returns the code. */
export async function signIn(
  url: string,
  options: {
    client?: Registration;
    username?: string;
    password?: string;
    parameters?: Record<string, string | undefined>;
  } = {},
): Promise<SignedIn> {
  const client = options.client ?? (await register(url));
  const proof = pkce();
  const browser = new Browser(url);
  const fields = await browser.open(
    authorizeUrl(url, client.client_id, proof.challenge, options.parameters),
    options.username,
    options.password,
  );
  const response = await browser.submit(fields);
  const location = response.headers.get('location');
  if (location === null) throw new Error(`Sign-in failed with ${response.status}: ${await response.text()}`);
  const code = new URL(location).searchParams.get('code') ?? '';
  const redeem = (changes: Record<string, string | undefined> = {}, at = url) =>
    tokenRequest(at, {
      grant_type: 'authorization_code',
      client_id: client.client_id,
      code,
      code_verifier: proof.verifier,
      redirect_uri: CALLBACK,
      ...changes,
    });
  return { client, code, pkce: proof, redeem };
}

/** Signs in and redeems the code. */
export async function signInForTokens(
  url: string,
  options: Parameters<typeof signIn>[1] = {},
): Promise<Tokens & { client: Registration }> {
  const { redeem, client } = await signIn(url, options);
  const response = await redeem();
  if (response.status !== 200) throw new Error(`No tokens: ${await response.text()}`);
  return { ...((await response.json()) as Tokens), client };
}

export function refresh(
  url: string,
  { client, refresh_token }: { client: Registration; refresh_token: string },
  changes: Record<string, string | undefined> = {},
): Promise<Response> {
  return tokenRequest(url, {
    grant_type: 'refresh_token',
    client_id: client.client_id,
    refresh_token,
    ...changes,
  });
}

function definedOnly(form: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
