import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { brand, uri } from '../../src/brand.js';
import { demoProducts } from '../../src/shop/demo-data.js';
import { formatPrice } from '../../src/shop/products.js';
import { readPdf } from '../shop/catalogue/pdf.js';
import { connectLegacy } from '../support/app/clients.js';
import { startExample, type TestServer } from '../support/programs/server.js';

/** JackAI Nexus uses a static token and a 2025 client, adds fixed parameters to every call, and loads files without token. */
const STATIC_PARAMETERS = { tenant_id: 'tenant-7', channel: 'whatsapp', nested: { a: [1] }, flag: true };
const categories = ['lighting', 'seating', 'tables'];
const topics = ['assembly', 'delivery', 'returns'];

interface MediaAnswer {
  text: string;
  media: { type: string; url: string; filename: string; mime_type: string }[];
}

let server: TestServer;
let nexus: Client;
beforeAll(async () => {
  server = await startExample();
  nexus = await connectLegacy(server.mcpUrl);
});
afterAll(async () => {
  await nexus.close();
  await server.stop();
});

const call = (name: string, args: Record<string, unknown> = {}) =>
  nexus.callTool({ name, arguments: { ...STATIC_PARAMETERS, ...args } });

/** Handles a media answer as Nexus does: parses its only text block, then downloads every file. */
async function filesOf(name: string, args: Record<string, unknown>) {
  const result = await call(name, args);
  const content = result.content as { type: string; text: string }[];
  expect(content).toHaveLength(1);
  expect(content[0]?.type).toBe('text');
  const answer = JSON.parse(content[0]?.text ?? '') as MediaAnswer;
  expect(answer).toEqual(result.structuredContent);
  expect(answer.text).toMatch(/\S/);
  return Promise.all(
    answer.media.map(async (item) => {
      const response = await fetch(item.url);
      expect(response.status).toBe(200);
      expect(response.headers.get('Content-Type')).toBe(item.mime_type);
      return { ...item, data: Buffer.from(await response.arrayBuffer()) };
    }),
  );
}

it('reads all tools, resources and prompts', async () => {
  const { tools } = await nexus.listTools();
  const names = tools.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['send_catalog', 'send_product_image', 'send_audio_guide']));
  const { resources } = await nexus.listResources();
  const context: string[] = [];
  for (const { uri } of resources) {
    const { contents } = await nexus.readResource({ uri });
    for (const content of contents) context.push('text' in content ? content.text : '');
  }
  const { prompts } = await nexus.listPrompts();
  for (const { name } of prompts) {
    const { messages } = await nexus.getPrompt({ name });
    context.push(JSON.stringify(messages));
  }
  // The texts name every tool of the shop, and no tool that does not exist.
  const mentioned = new Set(context.join(' ').match(/\b(send|get|cancel)_[a-z_]+/g));
  expect([...mentioned].sort()).toEqual(names.filter((name) => /^(send|get|cancel)_/.test(name)).sort());
});

it('calls every tool with static parameters that are in no schema', async () => {
  const args: Record<string, Record<string, unknown>> = {
    get_product_info: { product_id: 'lamp-arc' },
    get_order_status: { order_id: 'ORD-1001' },
    track_delivery: { order_id: 'ORD-1001' },
    cancel_order: { order_id: 'ORD-2007', confirm: true },
    send_catalog: { category: 'tables' },
    send_product_image: { product_id: 'table-desk' },
    send_audio_guide: { topic: 'assembly' },
  };
  const { tools } = await nexus.listTools();
  for (const { name } of tools) {
    const result = await call(name, args[name]);
    expect(result.isError, `${name}: ${JSON.stringify(result.content)}`).toBeFalsy();
  }
});

it.each(categories)('forwards the catalogue of %s, with every product and its price', async (category) => {
  const [file, ...others] = await filesOf('send_catalog', { category });
  expect(others).toEqual([]);
  expect(file).toMatchObject({
    type: 'document',
    filename: `${brand.uriScheme}-${category}.pdf`,
    mime_type: 'application/pdf',
  });
  expect(file?.data.subarray(0, 5).toString()).toBe('%PDF-');
  const text = (await readPdf(file?.data ?? Buffer.alloc(0))).pages.join(' ');
  for (const product of demoProducts.filter((each) => each.category === category)) {
    expect(text).toContain(product.name);
    expect(text).toContain(formatPrice(product));
  }
});

it.each(demoProducts.map(({ id }) => id))('forwards the picture of %s', async (product_id) => {
  const [file, ...others] = await filesOf('send_product_image', { product_id });
  expect(others).toEqual([]);
  expect(file).toMatchObject({ type: 'image', filename: `${product_id}.jpg`, mime_type: 'image/jpeg' });
  expect(file?.data.subarray(0, 3).toString('hex')).toBe('ffd8ff');
});

it.each(topics)('forwards the audio guide on %s', async (topic) => {
  const [file, ...others] = await filesOf('send_audio_guide', { topic });
  expect(others).toEqual([]);
  expect(file).toMatchObject({ type: 'audio', filename: `${topic}.opus`, mime_type: 'audio/ogg' });
  expect(file?.data.subarray(0, 4).toString()).toBe('OggS');
  expect(file?.data.subarray(28, 36).toString()).toBe('OpusHead');
});

it('loads the files from a separate address when there is one', async () => {
  const elsewhere = await startExample({ SITE_URL: 'https://media.shop.example' });
  const client = await connectLegacy(elsewhere.mcpUrl);
  const { structuredContent } = await client.callTool({
    name: 'send_catalog',
    arguments: { category: 'seating' },
  });
  expect(structuredContent).toMatchObject({
    media: [{ url: 'https://media.shop.example/catalogs/seating.pdf' }],
  });
  await client.close();
  await elsewhere.stop();
});

it('completes categories, product ids and topics', async () => {
  const complete = async (uri: string, name: string, value: string) =>
    (await nexus.complete({ ref: { type: 'ref/resource', uri }, argument: { name, value } })).completion
      .values;
  expect(await complete(uri('catalogs/{category}'), 'category', '')).toEqual(categories);
  expect(await complete(uri('audio-guides/{topic}'), 'topic', 'de')).toEqual(['delivery']);
  expect(await complete(uri('products/{product_id}'), 'product_id', 'chair')).toEqual([
    'chair-lounge',
    'chair-oak',
  ]);
  const { contents } = await nexus.readResource({ uri: uri('catalogs/lighting') });
  expect(contents[0]).toMatchObject({ text: expect.stringContaining(`${server.url}/catalogs/lighting.pdf`) });
  const guide = await nexus.readResource({ uri: uri('audio-guides/delivery') });
  expect(guide.contents[0]).toMatchObject({ text: expect.stringContaining('three to five working days') });
  for (const unknown of [uri('catalogs/sofas'), uri('audio-guides/..%2Fdelivery')]) {
    await expect(nexus.readResource({ uri: unknown })).rejects.toThrow(/not found/i);
  }
});
