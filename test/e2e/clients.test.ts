import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brand, uri } from '../../src/brand.js';
import { connectLegacy, connectModern } from '../support/app/clients.js';
import { startExample, type TestServer } from '../support/programs/server.js';

/** Arguments for each tool that succeed for the service caller. */
const validArguments: Record<string, Record<string, unknown>> = {
  get_product_info: { product_id: 'lamp-arc' },
  get_order_status: { order_id: 'ORD-1001' },
  track_delivery: { order_id: 'ORD-1001' },
  cancel_order: { order_id: 'ORD-1007', confirm: true },
  send_catalog: { category: 'lighting' },
  send_product_image: { product_id: 'lamp-arc' },
  send_audio_guide: { topic: 'returns' },
  roll_dice: { sides: 20 },
  greeting_card: { message: 'Hello' },
  whoami: {},
};

let server: TestServer;
beforeAll(async () => {
  server = await startExample();
});
afterAll(() => server.stop());

const clients = {
  '2.x client, 2026-07-28': () => connectModern(server.mcpUrl),
  '2.x client, negotiating': () => connectModern(server.mcpUrl, undefined, 'auto'),
  '1.x client, 2025-11-25': () => connectLegacy(server.mcpUrl),
};

describe.each(Object.entries(clients))('%s', (_name, connect) => {
  let client: Awaited<ReturnType<typeof connect>>;
  beforeAll(async () => {
    client = await connect();
  });
  afterAll(() => client.close());

  it('learns who the server is', () => {
    expect(client.getServerVersion()).toMatchObject({ name: brand.slug, title: brand.name });
    expect(client.getInstructions()).toContain('get_order_status');
  });

  it('lists the tools in a fixed order, each with title, description, icon and annotations', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(Object.keys(validArguments));
    for (const tool of tools) {
      expect(tool).toMatchObject({ title: expect.any(String), description: expect.any(String) });
      expect(tool.icons).toHaveLength(1);
      expect(tool.annotations).toBeDefined();
      // Strict converters take a tool without arguments only if it says so.
      const isEmpty = Object.keys(tool.inputSchema.properties ?? {}).length === 0;
      expect(tool.inputSchema['additionalProperties']).toBe(isEmpty ? false : undefined);
    }
  });

  it('calls every tool, and each structured answer fits the advertised schema', async () => {
    const ajv = addFormats.default(new Ajv2020());
    const { tools } = await client.listTools();
    for (const tool of tools) {
      const args = validArguments[tool.name] ?? {};
      expect(ajv.validate(tool.inputSchema, args), `${tool.name}: ${ajv.errorsText()}`).toBe(true);
      const result = await client.callTool({
        name: tool.name,
        arguments: { ...args, tenant_id: 'tenant-7' },
      });
      expect(result.isError, JSON.stringify(result.content)).toBeFalsy();
      expect(tool.outputSchema).toBeDefined();
      const fits = ajv.validate({ ...tool.outputSchema }, result.structuredContent);
      expect(fits, `${tool.name}: ${ajv.errorsText()}`).toBe(true);
    }
  });

  it('reads every resource, and a product by the template', async () => {
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([uri('company-info'), uri('pricing')]);
    for (const { uri, mimeType } of resources) {
      const { contents } = await client.readResource({ uri });
      expect(contents).toEqual([{ uri, mimeType, text: expect.stringMatching(/\S/) }]);
    }
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      uri('products/{product_id}'),
      uri('catalogs/{category}'),
      uri('audio-guides/{topic}'),
    ]);
    const { contents } = await client.readResource({ uri: uri('products/lamp-arc') });
    expect(contents[0]).toMatchObject({ text: expect.stringContaining('189.00 EUR') });
    await expect(client.readResource({ uri: uri('products/nothing') })).rejects.toThrow(/not found/i);
  });

  it('completes a product id and a prompt argument', async () => {
    const product = await client.complete({
      ref: { type: 'ref/resource', uri: uri('products/{product_id}') },
      argument: { name: 'product_id', value: 'lamp-d' },
    });
    expect(product.completion.values).toEqual(['lamp-desk']);
    const channel = await client.complete({
      ref: { type: 'ref/prompt', name: 'conversation_flow' },
      argument: { name: 'channel', value: 'wh' },
    });
    expect(channel.completion.values).toEqual(['WhatsApp']);
  });

  it('gets every prompt without arguments; they name the tools', async () => {
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(['customer_service_guidelines', 'conversation_flow']);
    for (const { name } of prompts) {
      const { messages } = await client.getPrompt({ name });
      expect(messages[0]?.content).toMatchObject({ text: expect.stringContaining('get_order_status') });
    }
  });

  it('gets an answer that says what to do for an unknown product or order', async () => {
    const product = await client.callTool({ name: 'get_product_info', arguments: { product_id: 'lamp' } });
    expect(product).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('lamp-arc') }],
    });
    const order = await client.callTool({ name: 'get_order_status', arguments: { order_id: 'ORD-9' } });
    expect(order).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('Check the id') }],
    });
  });

  it('gets an answer that names the field for an argument of the wrong type', async () => {
    const result = await client.callTool({ name: 'roll_dice', arguments: { sides: 'six' } });
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('sides') }] });
  });

  it('gets a JSON-RPC error for an unknown tool', async () => {
    await expect(client.callTool({ name: 'nothing' })).rejects.toMatchObject({ code: -32602 });
  });
});

it('refuses both clients without a valid token', async () => {
  await expect(connectModern(server.mcpUrl, 'wrong')).rejects.toMatchObject({ status: 401 });
  await expect(connectLegacy(server.mcpUrl, 'wrong')).rejects.toMatchObject({ code: 401 });
});

it('tells 2026-07-28 clients how long lists and resources may be cached', async () => {
  const client = await connectModern(server.mcpUrl);
  expect(await client.listTools()).toMatchObject({ ttlMs: 300_000, cacheScope: 'private' });
  const company = await client.readResource({ uri: uri('company-info') });
  expect(company).toMatchObject({ ttlMs: 3_600_000, cacheScope: 'public' });
  await client.close();
});
