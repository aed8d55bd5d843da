import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brand, uri } from '../../src/brand.js';
import { connectLegacy, connectModern } from '../support/app/clients.js';
import { startExample, type TestServer } from '../support/programs/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startExample();
});
afterAll(() => server.stop());

describe.each([
  ['2026-07-28', connectModern],
  ['2025-11-25', connectLegacy],
] as const)('a client of %s', (_era, connect) => {
  let client: Awaited<ReturnType<typeof connect>>;
  beforeAll(async () => {
    client = await connect(server.mcpUrl);
  });
  afterAll(() => client.close());

  it('learns who the server is', () => {
    expect(client.getServerVersion()).toMatchObject({ name: brand.slug, title: brand.name });
  });

  it('calls every tool', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['roll_dice', 'greeting_card']);
    for (const { name } of tools) {
      expect((await client.callTool({ name, arguments: {} })).isError).toBeFalsy();
    }
  });

  it('reads every resource', async () => {
    const { resources } = await client.listResources();
    expect(resources.map((resource) => resource.uri)).toEqual([uri('about')]);
    const { contents } = await client.readResource({ uri: uri('about') });
    expect(contents).toMatchObject([{ text: expect.stringContaining(brand.name) }]);
  });

  it('gets every prompt', async () => {
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(['guidelines']);
    const { messages } = await client.getPrompt({ name: 'guidelines' });
    expect(messages).toMatchObject([{ content: { text: expect.stringContaining(brand.name) } }]);
  });
});
