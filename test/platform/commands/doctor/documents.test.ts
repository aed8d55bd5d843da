import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { documentChecks } from '../../../../src/commands/doctor/documents.js';
import { runChecks } from '../../../../src/commands/doctor/run.js';
import { type FixtureApp, startFixture } from '../../../support/app/fixture.js';
import {
  clientDocument,
  type DocumentHost,
  startDocumentHost,
} from '../../../support/oauth/document-host.js';

let host: DocumentHost;
let app: FixtureApp;
beforeAll(async () => {
  host = await startDocumentHost('chatgpt.com', 'claude.ai');
});
afterAll(() => host.stop());
afterEach(() => app.stop());

/** Runs the check against a server whose documents come from the test host. */
async function check(environment: Record<string, string> = {}) {
  app = await startFixture(environment, { documentAgent: host.agent });
  host.answer((req, res) => {
    const client_id = `https://${req.headers.host}${req.url}`;
    res.writeHead(200, { 'Content-Type': 'application/json' });
    res.end(
      JSON.stringify(clientDocument({ client_id, redirect_uris: ['http://a.example/', 'http://[::1]/'] })),
    );
  });
  const metadata = await fetch(`${app.url}/.well-known/oauth-authorization-server`);
  const serverMetadata = (await metadata.json()) as Record<string, unknown>;
  const doctorRun = { mcpUrl: app.mcpUrl, token: undefined, serverMetadata };
  const [outcome] = await runChecks(doctorRun, documentChecks, () => {});
  return outcome;
}

it('finds nothing where documents can be fetched, and leaves no sign-in behind', async () => {
  host.cut(() => false);
  expect(await check()).toMatchObject({ status: 'ok' });
  expect(host.requests).toHaveLength(2);
  expect(await app.store.selectFrom('authorization_requests').selectAll().execute()).toEqual([]);
});

it('warns for each host that the server cannot reach, and names the fix', async () => {
  host.cut((name) => name === 'chatgpt.com');
  const outcome = await check();
  expect(outcome).toMatchObject({ status: 'warning' });
  expect(outcome?.warnings).toHaveLength(1);
  expect(outcome?.warnings[0]?.problem).toContain('cannot reach chatgpt.com');
  expect(outcome?.warnings[0]?.fix).toContain('CLIENT_DOCUMENTS=off');
});

it('finds nothing where clients register instead, and asks for no document', async () => {
  const before = host.requests.length;
  expect(await check({ CLIENT_DOCUMENTS: 'off' })).toMatchObject({ status: 'ok' });
  expect(host.requests).toHaveLength(before);
});
