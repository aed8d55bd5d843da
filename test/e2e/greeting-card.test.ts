import { EXTENSION_ID, RESOURCE_MIME_TYPE } from '@modelcontextprotocol/ext-apps/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brand } from '../../src/brand.js';
import { connectLegacy, connectModern } from '../support/app/clients.js';
import { signInForTokens, type Tokens } from '../support/oauth/oauth.js';
import { startExample, type TestServer } from '../support/programs/server.js';

const CARD_URI = `ui://${brand.uriScheme}/greeting-card`;
const MESSAGE = 'Hello <b>world</b>';
const CARD_META = { ui: { csp: { connectDomains: [], resourceDomains: [] }, prefersBorder: false } };

let server: TestServer;
let alice: Tokens;
let bob: Tokens;
beforeAll(async () => {
  server = await startExample();
  alice = await signInForTokens(server.url, { username: 'alice', password: 'password123' });
  bob = await signInForTokens(server.url, { username: 'bob', password: 'hunter2' });
});
afterAll(() => server.stop());

/** The capabilities of a host that shows apps. */
const capabilities = { extensions: { [EXTENSION_ID]: { mimeTypes: [RESOURCE_MIME_TYPE] } } };
const connectModernWithApps = (mcpUrl: string, token: string) =>
  connectModern(mcpUrl, token, undefined, { capabilities });
const connectLegacyWithApps = (mcpUrl: string, token: string) =>
  connectLegacy(mcpUrl, token, { capabilities });

describe.each([
  ['2026-07-28', connectModern, connectModernWithApps],
  ['2025-11-25', connectLegacy, connectLegacyWithApps],
] as const)('the greeting card in %s (black-box checks 1 to 4 and 9)', (_era, connect, connectWithApps) => {
  let client: Awaited<ReturnType<typeof connectModern>>;
  beforeAll(async () => {
    client = (await connect(server.mcpUrl, alice.access_token)) as typeof client;
  });
  afterAll(() => client.close());

  it('the extension is declared', () => {
    expect(client.getServerCapabilities()?.extensions).toHaveProperty('io.modelcontextprotocol/ui');
  });

  it('the tool names its resource, under the nested and under the older key', async () => {
    const { tools } = await client.listTools();
    const tool = tools.find(({ name }) => name === 'greeting_card');
    expect(tool?._meta).toEqual({
      ui: { resourceUri: CARD_URI, visibility: ['model', 'app'] },
      'ui/resourceUri': CARD_URI,
    });
  });

  it('the resource is listed and read with the exact type and without any permission', async () => {
    const { resources } = await client.listResources();
    expect(resources.find(({ uri }) => uri === CARD_URI)).toMatchObject({
      mimeType: RESOURCE_MIME_TYPE,
      _meta: CARD_META,
    });
    const { contents } = await client.readResource({ uri: CARD_URI });
    expect(contents).toEqual([
      {
        uri: CARD_URI,
        mimeType: RESOURCE_MIME_TYPE,
        text: expect.stringMatching(/^<!doctype html>/),
        _meta: CARD_META,
      },
    ]);
    await expect(client.readResource({ uri: `${CARD_URI}/` })).rejects.toThrow();
  });

  it('the answer has text first, then the card under the same address, and the data', async () => {
    const result = await client.callTool({ name: 'greeting_card', arguments: { message: MESSAGE } });
    expect(result.content).toEqual([
      { type: 'text', text: `Showed a greeting card to Alice: ${MESSAGE}` },
      {
        type: 'resource',
        annotations: { audience: ['user'] },
        resource: {
          uri: CARD_URI,
          mimeType: RESOURCE_MIME_TYPE,
          text: expect.stringContaining('Hello &#60;b&#62;world&#60;/b&#62;'),
          _meta: CARD_META,
        },
      },
    ]);
    expect(result.structuredContent).toEqual({ username: 'Alice', message: MESSAGE });
  });

  it('greets each user and service by name, and refuses a call without a token', async () => {
    const other = await connect(server.mcpUrl, bob.access_token);
    const service = await connect(server.mcpUrl);
    const call = { name: 'greeting_card', arguments: {} };
    expect((await other.callTool(call)).structuredContent).toMatchObject({ username: 'Bob' });
    expect((await service.callTool(call)).structuredContent).toMatchObject({ username: 'Service' });
    expect((await fetch(server.mcpUrl, { method: 'POST' })).status).toBe(401);
    await other.close();
    await service.close();
  });

  it('a client that cannot show apps gets the same answer as one that can', async () => {
    const withApps = await connectWithApps(server.mcpUrl, alice.access_token);
    const call = { name: 'greeting_card', arguments: { message: MESSAGE } };
    const { content, isError } = await client.callTool(call);
    expect(isError).toBeFalsy();
    expect((await withApps.callTool(call)).content).toEqual(content);
    expect(content).toContainEqual({ type: 'text', text: `Showed a greeting card to Alice: ${MESSAGE}` });
    await withApps.close();
  });

  it('a service does not see the template in the list, but can read it', async () => {
    const service = await connect(server.mcpUrl);
    const { resources } = await service.listResources();
    expect(resources.map(({ uri }) => uri)).not.toContain(CARD_URI);
    expect((await service.readResource({ uri: CARD_URI })).contents).toHaveLength(1);
    await service.close();
  });

  it('a message of more than 500 characters is refused, naming the field', async () => {
    const result = await client.callTool({ name: 'greeting_card', arguments: { message: 'x'.repeat(501) } });
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('message') }] });
  });
});
