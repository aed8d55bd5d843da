import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onReplicas } from '../../../support/app/database.js';
import { type FixtureApp, startFixture } from '../../../support/app/fixture.js';
import { authorizeUrl, Browser, CALLBACK, pkce, type Registration } from '../../../support/oauth/oauth.js';
import { fill } from '../../../support/oauth/registrations.js';

let server: FixtureApp;
beforeEach(async () => {
  server = await startFixture({ TRUST_PROXY: '1', RATE_LIMIT_SCALE: '1000' });
});
afterEach(() => server.stop());

const registerFrom = (address: string, name: string) =>
  fetch(`${server.url}/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': address },
    body: JSON.stringify({
      redirect_uris: [CALLBACK],
      client_name: name,
      token_endpoint_auth_method: 'none',
    }),
  });
async function clientFrom(address: string, name: string): Promise<Registration> {
  const response = await registerFrom(address, name);
  expect(response.status).toBe(201);
  return (await response.json()) as Registration;
}
/** Registers from as many different /64 networks of one /48. */
async function flood(count: number): Promise<void> {
  for (let index = 0; index < count; index += 50) {
    const batch = Array.from({ length: Math.min(50, count - index) }, (_, offset) => index + offset);
    await Promise.all(
      batch.map((each) => clientFrom(`2001:db8:666:${each.toString(16)}::1`, `Flood ${each}`)),
    );
  }
}
const networks = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    (
      await server.store
        .selectFrom('oauth_clients')
        .select((row) => ['network', row.fn.countAll().as('clients')])
        .groupBy('network')
        .execute()
    ).map(({ network, clients }) => [network, Number(clients)]),
  );
const exists = async ({ client_id }: Registration) =>
  (await fetch(authorizeUrl(server.url, client_id, pkce().challenge), { redirect: 'manual' })).status === 303;

describe('a stranger with one IPv6 /48', () => {
  it('keeps nobody else from registering and signing in, with 2,000 registrations', async () => {
    const before = await clientFrom('198.51.100.7', 'Registered before');
    const mapped = await clientFrom('::ffff:203.0.113.9', 'Registered before, mapped');
    // On replicas most of them are there already, because each takes both of them some time.
    const stored = onReplicas ? 900 : 800;
    await fill(server.databaseUrl, stored, { network: '2001:db8:666/48' });
    await flood(onReplicas ? 200 : 1000);
    const after = await clientFrom('2001:db8:1::1', 'Registered after');
    await flood(onReplicas ? 50 : 200);
    for (const client of [before, mapped, after]) expect(await exists(client)).toBe(true);
    const found = await networks();
    expect(found['2001:db8:666/48']).toBe(1000);
    expect(found['203.0.113.0/24']).toBe(1);
  }, 120_000);

  it('loses the oldest of their own registrations when the table is full', async () => {
    await fill(server.databaseUrl, 9000, { used_at: 1 });
    await fill(server.databaseUrl, 980, { network: '2001:db8:666/48' });
    const others = await Promise.all(
      Array.from({ length: 30 }, (_, index) => clientFrom(`10.${index}.0.1`, `Other ${index}`)),
    );
    for (const client of others) expect(await exists(client)).toBe(true);
    const found = await networks();
    expect(Object.values(found).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(10_000);
    const left = await server.store.selectFrom('oauth_clients').select('client_id').execute();
    const ids = left.map(({ client_id }) => client_id);
    expect(ids).not.toContain('client-2001:db8:666/48-0');
    expect(ids).toContain('client-2001:db8:666/48-979');
  });
});

it('whoever is signing in for the first time can finish, even when their own network registers many', async () => {
  const client = await clientFrom('2001:db8:666:1::1', 'In the middle');
  const proof = pkce();
  const browser = new Browser(server.url);
  const fields = await browser.open(authorizeUrl(server.url, client.client_id, proof.challenge));
  await fill(server.databaseUrl, 999, { network: '2001:db8:666/48' });
  await flood(20);
  expect(await exists(client)).toBe(true);
  const answer = await browser.submit(fields);
  expect(new URL(answer.headers.get('location') ?? '').searchParams.get('code')).toBeTruthy();
});

it('a client that someone has signed in through never makes room for others', async () => {
  const client = await clientFrom('2001:db8:666:1::1', 'In use');
  const browser = new Browser(server.url);
  await browser.submit(await browser.open(authorizeUrl(server.url, client.client_id, pkce().challenge)));
  await fill(server.databaseUrl, 1000, { network: '2001:db8:666/48' });
  await flood(20);
  expect(await exists(client)).toBe(true);
});

it('an application that registers again counts as young, and for the network it registers from', async () => {
  const client = await clientFrom('2001:db8:666:1::1', 'Twice');
  expect((await clientFrom('192.0.2.1', 'Twice')).client_id).toBe(client.client_id);
  expect(await networks()).toEqual({ '192.0.2.0/24': 1 });
});
