import { setTimeout as elapsed } from 'node:timers/promises';
import { authorizeUrl, CALLBACK, pkce } from '../oauth/oauth.js';
import type { Answer, Sender } from './sender.js';

interface Tokens {
  access_token: string;
  refresh_token: string;
}

/** How much a client does. */
export interface Pace {
  /** Between two rounds, in milliseconds. */
  pause: number;
  /** In how many rounds it writes once. */
  writesEvery: number;
}

/**
 * A client with a user, which signs in and then works in rounds: it refreshes, reads, writes, and now and then revokes its
 * grant and begins again. It keeps a ledger of what it was told.
 */
export class LoadClient {
  /** The clients it registered, with their tokens; a revoked one has none. */
  readonly grants = new Map<string, Tokens | undefined>();
  /** The notes it was told are written. */
  readonly written: string[] = [];
  #clientId = '';
  #rounds = 0;

  constructor(
    private readonly sender: Sender,
    private readonly issuer: string,
    readonly name: string,
    readonly username: string,
    private readonly signInAlone: <T>(run: () => Promise<T>) => Promise<T>,
  ) {}

  /** Works until it is told to stop. Ends between two rounds, never within one. */
  async work(stopped: AbortSignal, { pause, writesEvery }: Pace): Promise<void> {
    while (!stopped.aborted) {
      this.#rounds += 1;
      if (!this.#isSignedIn) await this.signInAlone(() => this.#signIn());
      // A sign-in that was cut begins again in the next round.
      if (this.#isSignedIn) await this.#use(writesEvery);
      await elapsed(pause);
    }
  }

  get #isSignedIn(): boolean {
    return this.grants.get(this.#clientId) !== undefined;
  }

  async #use(writesEvery: number): Promise<void> {
    if (this.#rounds % writesEvery === 0) await this.#write();
    await this.#refresh(this.#rounds % 3 === 0);
    await this.#read();
    if (this.#rounds % 7 === 0) await this.#revoke();
  }

  /** Checks with the API that everything of the ledger is as the client was told. @returns what is not */
  async verify(): Promise<string[]> {
    const faults: string[] = [];
    for (const [clientId, tokens] of this.grants) {
      if (tokens === undefined) continue;
      const answer = await this.#token({
        grant_type: 'refresh_token',
        client_id: clientId,
        refresh_token: tokens.refresh_token,
      });
      if (answer?.status !== 200) faults.push(`${this.name} cannot refresh: ${answer?.body}`);
      else this.grants.set(clientId, JSON.parse(answer.body) as Tokens);
    }
    return faults;
  }

  async #signIn(): Promise<void> {
    const metadata = {
      redirect_uris: [CALLBACK],
      client_name: `${this.name} ${this.#rounds}`,
      token_endpoint_auth_method: 'none',
    };
    const registered = await this.#expect(
      201,
      '/register',
      { 'Content-Type': 'application/json' },
      JSON.stringify(metadata),
    );
    if (registered === undefined) return;
    const { client_id: clientId } = JSON.parse(registered.body) as { client_id: string };
    const proof = pkce();
    const { pathname, search } = authorizeUrl(this.issuer, clientId, proof.challenge);
    const begun = await this.#expect(303, pathname + search);
    if (begun === undefined) return;
    const id = new URL(begun.headers.get('location') ?? '', this.issuer).searchParams.get('request') ?? '';
    const decision = new URLSearchParams({
      request: id,
      username: this.username,
      password: `the password of ${this.username}`,
      decision: 'allow',
    });
    for (const scope of ['notes:read', 'notes:write']) decision.append('scope', scope);
    const form = {
      Origin: this.issuer,
      Cookie: begun.headers
        .getSetCookie()
        .map((cookie) => cookie.replace(/;.*/, ''))
        .join('; '),
    };
    const decided = await this.#expect(303, '/login', form, decision);
    const code = new URL(decided?.headers.get('location') ?? 'about:blank').searchParams.get('code');
    if (code === null) return;
    const redeemed = await this.#token({
      grant_type: 'authorization_code',
      client_id: clientId,
      code,
      code_verifier: proof.verifier,
      redirect_uri: CALLBACK,
    });
    // A server that was killed cannot say whether it had answered, and a code is answered once.
    if (redeemed?.status === 400 && redeemed.afterCut) return;
    if (redeemed?.status !== 200) return this.#fault(`cannot redeem its code: ${redeemed?.body}`);
    this.#clientId = clientId;
    this.grants.set(clientId, JSON.parse(redeemed.body) as Tokens);
  }

  /** @param twice sends it to two replicas at once, as two processes of one client do */
  async #refresh(twice: boolean): Promise<void> {
    const tokens = this.grants.get(this.#clientId);
    if (tokens === undefined) return;
    const { refresh_token } = tokens;
    const send = () => this.#token({ grant_type: 'refresh_token', client_id: this.#clientId, refresh_token });
    const answers = await Promise.all(twice ? [send(), send()] : [send()]);
    const successors = new Set<string>();
    for (const answer of answers) {
      if (answer?.status !== 200) {
        this.#fault(`cannot refresh: ${answer?.body}`);
        continue;
      }
      const next = JSON.parse(answer.body) as Tokens;
      successors.add(next.refresh_token);
      this.grants.set(this.#clientId, next);
    }
    if (successors.size > 1) this.#fault('got two successors of one refresh token');
  }

  async #write(): Promise<void> {
    const text = `${this.name} ${this.#rounds}`;
    // The call is not idempotent, so the client looks before it sends it again.
    const isMissing = async () => {
      const missing = !(await this.#notes()).includes(text);
      if (!missing) this.written.push(text);
      return missing;
    };
    const answer = await this.#call('add_note', { text }, isMissing);
    if (answer === undefined) return;
    if (answer.status === 200 && answer.body.includes('"added"')) this.written.push(text);
    else this.#fault(`cannot write: ${answer.status} ${answer.body}`);
  }

  async #read(): Promise<void> {
    const notes = await this.#notes();
    const counted = this.written.filter((text) => notes.filter((note) => note === text).length !== 1);
    if (counted.length > 0) this.#fault(`does not find exactly once: ${counted.join(', ')}`);
  }

  async #notes(): Promise<string[]> {
    const answer = await this.#call('read_notes', {});
    if (answer?.status !== 200) {
      this.#fault(`cannot read: ${answer?.status} ${answer?.body}`);
      return [];
    }
    const [, json = answer.body] = /^data: (\{.*)$/m.exec(answer.body) ?? [];
    const { result } = JSON.parse(json) as { result?: { structuredContent?: { notes: string[] } } };
    if (result?.structuredContent === undefined) this.#fault(`cannot read: ${json.slice(0, 300)}`);
    return result?.structuredContent?.notes ?? [];
  }

  async #revoke(): Promise<void> {
    const tokens = this.grants.get(this.#clientId);
    if (tokens === undefined) return;
    const form = new URLSearchParams({ token: tokens.refresh_token, client_id: this.#clientId });
    if ((await this.#expect(200, '/revoke', {}, form)) !== undefined)
      this.grants.set(this.#clientId, undefined);
  }

  #call(tool: string, args: object, prepare?: () => Promise<boolean>): Promise<Answer | undefined> {
    const params = { name: tool, arguments: args };
    return this.sender.send(
      '/mcp',
      {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Accept: 'application/json, text/event-stream',
          Authorization: `Bearer ${this.grants.get(this.#clientId)?.access_token}`,
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
      },
      prepare,
    );
  }

  #token(form: Record<string, string>): Promise<Answer | undefined> {
    return this.sender.send('/token', { method: 'POST', body: new URLSearchParams(form) });
  }

  /** Sends a request that must be answered with that status. */
  async #expect(
    status: number,
    path: string,
    headers: Record<string, string> = {},
    body?: string | URLSearchParams,
  ): Promise<Answer | undefined> {
    const answer = await this.sender.send(
      path,
      body === undefined ? { headers } : { method: 'POST', headers, body },
    );
    if (answer === undefined || answer.status === status) return answer;
    // The same holds for a page that was submitted.
    if (path === '/login' && answer.afterCut) return undefined;
    this.#fault(
      `${path.replace(/\?.*/, '')} answered ${answer.status}: ${answer.body.replace(/<[^>]*>|\s+/g, ' ').slice(0, 300)}`,
    );
    return undefined;
  }

  #fault(what: string): void {
    this.sender.faults.push(`${this.name} ${what}`);
  }
}
