import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectModern, MODERN_META } from '../../support/app/clients.js';
import { SERVICE_TOKEN } from '../../support/app/port.js';
import {
  authorizeUrl,
  Browser,
  CALLBACK,
  pkce,
  register,
  type Tokens,
  tokenRequest,
} from '../../support/oauth/oauth.js';
import { https, nginxProgram, prepareNginx, type TestNginx } from '../../support/programs/nginx.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../support/programs/postgres.js';
import { restart, UNDER_LOAD } from '../../support/programs/replicas.js';
import { startServer, type TestServer } from '../../support/programs/server.js';

const VERSIONS = ['2026-07-28', '2025-11-25'];
const REPLICAS = 3;
/** The most notes that one caller of the load adds. */
const NOTES = 150;

interface Ledger {
  calls: number;
  refreshes: number;
  /** The text of each note whose call succeeded. */
  added: string[];
  failed: unknown[];
}

describe.skipIf(nginxProgram === undefined || postgresProgram === undefined)('a rolling restart', () => {
  let database: TestPostgres;
  let nginx: TestNginx;
  let replicas: TestServer[];
  beforeAll(async () => {
    database = await startPostgres();
    const prepared = await prepareNginx();
    const environment = {
      PUBLIC_URL: prepared.url,
      DATABASE_URL: database.url,
      TRUST_PROXY: '1',
      ...UNDER_LOAD,
    };
    replicas = await Promise.all(Array.from({ length: REPLICAS }, () => startServer(environment)));
    nginx = await prepared.start(replicas.map(({ port }) => port));
  });
  afterAll(async () => {
    await nginx?.stop();
    await Promise.all((replicas ?? []).map((replica) => replica.stop()));
    await database?.stop();
  });

  it('of every replica in turn, under steady load, fails no call and loses no note or refresh token', async () => {
    const ledger: Ledger = { calls: 0, refreshes: 0, added: [], failed: [] };
    const until = new AbortController();
    const users = await Promise.all(VERSIONS.map(() => signInBehindProxy(replicas[0] as TestServer)));
    const load = VERSIONS.flatMap((version, index) => [
      callSteadily(ledger, version, until.signal),
      refreshSteadily(ledger, version, users[index], until.signal),
    ]);
    for (const [index, replica] of replicas.entries()) {
      await replica.printed('"route":"/mcp"');
      await replica.printed('"route":"/token"');
      expect(await readinessWhileStopping(replica)).toEqual([200, 503]);
      expect(await replica.exited).toBe(0);
      await restart(replicas, index);
    }
    for (const replica of replicas) await replica.printed('"route":"/mcp"');
    until.abort();
    await Promise.all(load);

    expect(ledger.failed).toEqual([]);
    const client = await connectModern(`${replicas[0]?.listening}/mcp`);
    const { structuredContent } = await client.callTool({ name: 'read_notes' });
    await client.close();
    expect((structuredContent as { notes: string[] }).notes.toSorted()).toEqual(ledger.added.toSorted());
    expect(ledger.calls).toBeGreaterThan(NOTES);
    expect(ledger.refreshes).toBeGreaterThan(REPLICAS);
  }, 180_000);

  /** Adds and reads notes as the service, one call after the other. */
  async function callSteadily(ledger: Ledger, version: string, until: AbortSignal) {
    for (let call = 0; !until.aborted; call += 1) {
      const text = `${version} ${call}`;
      const adding = call % 3 === 0 && call < 3 * NOTES;
      const succeeded = adding
        ? await callTool(ledger, version, SERVICE_TOKEN, 'add_note', { text })
        : await callTool(ledger, version, SERVICE_TOKEN, 'read_notes');
      if (adding && succeeded) ledger.added.push(text);
    }
  }

  /** Refreshes a token and uses it, over and over. */
  async function refreshSteadily(
    ledger: Ledger,
    version: string,
    user: SignedIn | undefined,
    until: AbortSignal,
  ) {
    let refresh_token = user?.refresh_token ?? '';
    while (!until.aborted) {
      const form = { grant_type: 'refresh_token', client_id: user?.client_id ?? '', refresh_token };
      const answer = await https(nginx, '/token', {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
      });
      if (answer.status !== 200) {
        ledger.failed.push(answer);
        return;
      }
      ledger.refreshes += 1;
      const tokens = JSON.parse(answer.body) as { access_token: string; refresh_token: string };
      refresh_token = tokens.refresh_token;
      for (let call = 0; call < 4; call += 1)
        await callTool(ledger, version, tokens.access_token, 'who_is_calling');
    }
  }

  /** Calls a tool through nginx. @returns whether it succeeded; a failure is in the ledger */
  async function callTool(ledger: Ledger, version: string, token: string, name: string, args = {}) {
    const isModern = version === VERSIONS[0];
    const answer = await https(nginx, '/mcp', {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        'Mcp-Protocol-Version': version,
        ...(isModern && { 'Mcp-Method': 'tools/call', 'Mcp-Name': name }),
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name, arguments: args, ...(isModern && { _meta: MODERN_META }) },
      }),
    }).catch((error: unknown) => ({ status: 0, body: String(error) }));
    ledger.calls += 1;
    const succeeded = answer.status === 200 && /"structuredContent":\{/.test(answer.body);
    if (!succeeded) ledger.failed.push({ name, ...answer });
    return succeeded;
  }
});

interface SignedIn {
  client_id: string;
  refresh_token: string;
}

/** Signs a user in on a replica itself. Its `fetch` does not trust the certificate of the proxy. */
async function signInBehindProxy({ listening, url }: TestServer): Promise<SignedIn> {
  const { client_id } = await register(listening);
  const proof = pkce();
  const browser = new Browser(listening);
  const fields = await browser.open(authorizeUrl(listening, client_id, proof.challenge));
  const answer = await browser.submit(fields, { Origin: url });
  const tokens = await tokenRequest(listening, {
    grant_type: 'authorization_code',
    client_id,
    code: new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '',
    code_verifier: proof.verifier,
    redirect_uri: CALLBACK,
  });
  return { client_id, refresh_token: ((await tokens.json()) as Tokens).refresh_token };
}

/** Sends SIGTERM, and asks for readiness before and after on one connection, as a load balancer that keeps it open. */
async function readinessWhileStopping(replica: TestServer): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const readiness = async () => {
    const [answer] = await once(request(`${replica.listening}/readyz`, { agent }).end(), 'response');
    answer.resume();
    await once(answer, 'end');
    return answer.statusCode as number;
  };
  const before = await readiness();
  replica.process.kill('SIGTERM');
  await replica.printed('"msg":"stopping"');
  const after = await readiness();
  agent.destroy();
  return [before, after];
}
