import { createServiceTokens } from '../../../src/platform/auth/service-token.js';
import { nowInSeconds } from '../../../src/platform/clock.js';
import type { Store } from '../../../src/platform/store/database.js';
import fixture from '../../platform/fixture/server.js';
import { startApp, type TestApp } from '../app/app.js';
import { openAgain, openNewDatabase, urlOf } from '../app/database.js';
import { freePorts, SERVICE_TOKEN } from '../app/port.js';
import { signInForTokens } from '../oauth/oauth.js';
import { signAsServer } from '../oauth/server-key.js';
import { content } from './content.js';

/** Two servers with the same content on the same database: one with the fast lane, and one without. */
export interface Pair {
  fast: TestApp;
  slow: TestApp;
  /** Values for the names in braces in a request. */
  values: Record<string, string>;
  /** Returns what the metrics of both servers count, without durations. */
  counts: () => Promise<string[][]>;
  stop: () => Promise<void>;
}

/**
 * Starts a pair, with callers of every kind.
 *
 * @param extended wraps the store of each server
 */
export async function startPair(
  environment: Record<string, string> = {},
  extended = (store: Store) => store,
): Promise<Pair> {
  const [port = 0, otherPort = 0, ...metricsPorts] = await freePorts(4);
  const publicUrl = `http://localhost:${port}`;
  const settings: Record<string, string> = {
    PUBLIC_URL: publicUrl,
    ALLOWED_ORIGINS: 'https://app.example.com',
    ALLOWED_HOSTS: 'mcp.example.com',
    RATE_LIMIT_SCALE: '1000',
    LOG_LEVEL: 'debug',
    ...environment,
  };
  const store = extended(await openNewDatabase(fixture.migrations));
  await fixture.accounts(store).seed?.(fixture.scopes.map(({ name }) => name));
  const own = (lane: string, at: number, metricsPort = 0) => {
    const ports = { PORT: String(at), METRICS_PORT: String(metricsPort) };
    return { ...settings, ...ports, FAST_LANE: lane };
  };
  const fast = await startApp(content, own('on', port, metricsPorts[0]), { store });
  const other = await openAgain(store);
  const slow = await startApp(content, own('off', otherPort, metricsPorts[1]), { store: other });
  const values = {
    host: `localhost:${port}`,
    origin: publicUrl,
    service: SERVICE_TOKEN,
    ...(settings['AUTH_MODE'] !== 'none' && (await callersOf(fast))),
  };
  return {
    fast,
    slow,
    values,
    counts: () => Promise.all(metricsPorts.map(countsAt)),
    async stop() {
      await slow.stop();
      await fast.stop();
    },
  };
}

/** Makes callers with a token each: some are let in, and some no longer. */
async function callersOf({ url, mcpUrl, store }: TestApp): Promise<Record<string, string>> {
  const signIn = (username: string, scope: string) =>
    signInForTokens(url, { username, password: `the password of ${username}`, parameters: { scope } });
  const ann = await signIn('ann', 'notes:read notes:write');
  const bea = await signIn('bea', 'notes:read');
  const revoked = await signIn('ann', 'notes:read');
  const body = new URLSearchParams({ client_id: revoked.client.client_id, token: revoked.refresh_token });
  await fetch(`${url}/revoke`, { method: 'POST', body });
  const [header, payload = '', signature] = ann.access_token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const sign = (changes: object) => signAsServer(urlOf(store), { ...claims, ...changes });
  await fixture.accounts(store).manage?.add({
    username: 'cleo',
    name: 'Cleo',
    scopes: 'notes:read',
    password: 'the password of cleo',
  });
  const cleo = await signIn('cleo', 'notes:read');
  await fixture.accounts(store).manage?.setDisabled('cleo', true);
  const reports = await createServiceTokens(store).create('reports', 'notes:read');
  return {
    ann: ann.access_token,
    bea: bea.access_token,
    reports: reports?.token ?? '',
    revoked: revoked.access_token,
    expired: await sign({ exp: nowInSeconds() - 10 }),
    foreign: await sign({ aud: `${mcpUrl}x` }),
    forged: [header, payload, signature?.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))].join('.'),
    disabled: cleo.access_token,
  };
}

async function countsAt(metricsPort: number): Promise<string[]> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}`)).text();
  return text
    .split('\n')
    .filter((line) => /^(http_request_duration_seconds_count.*route="\/mcp"|mcp_tool_calls_total)/.test(line))
    .sort();
}
