import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectLegacy, connectModern } from '../support/clients.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const eras = {
  '2.x client pinned to 2026-07-28': () => connectModern(server.mcpUrl),
  '2.x client that negotiates': () => connectModern(server.mcpUrl, undefined, 'auto'),
  '1.x client (2025-11-25)': () => connectLegacy(server.mcpUrl),
};

describe.each(Object.entries(eras))('%s', (_name, connect) => {
  let client: Awaited<ReturnType<typeof connect>>;
  beforeAll(async () => {
    client = await connect();
  });
  afterAll(() => client.close());

  it('lists and calls every tool', async () => {
    const { tools } = await client.listTools();
    console.log(
      JSON.stringify(tools[0]),
      JSON.stringify(client.getServerCapabilities()),
      client.getInstructions(),
    );
    expect(tools.map((tool) => tool.name)).toEqual([
      'get_product_info',
      'get_order_status',
      'roll_dice',
      'whoami',
    ]);
    console.log(
      JSON.stringify(await client.callTool({ name: 'roll_dice', arguments: { sides: 'x', tenant_id: 1 } })),
    );
    console.log(
      JSON.stringify(await client.callTool({ name: 'roll_dice', arguments: { sides: 4, tenant_id: 1 } })),
    );
    console.log(
      JSON.stringify(
        await client.callTool({ name: 'nope', arguments: { sides: 4, tenant_id: 1 } }).catch((e) => e),
      ),
    );
    console.log(
      JSON.stringify(await client.listResources()),
      JSON.stringify(await client.listResourceTemplates()),
      JSON.stringify(await client.listPrompts()),
    );
    console.log(JSON.stringify(await client.readResource({ uri: 'acme://products/lamp-arc' })));
    console.log(JSON.stringify(await client.getPrompt({ name: 'conversation_flow', arguments: {} })));
    console.log(
      JSON.stringify(
        await client.complete({
          ref: { type: 'ref/resource', uri: 'acme://products/{product_id}' },
          argument: { name: 'product_id', value: 'lamp' },
        }),
      ),
    );
    console.log(
      JSON.stringify(
        await client.complete({
          ref: { type: 'ref/prompt', name: 'conversation_flow' },
          argument: { name: 'channel', value: 'wh' },
        }),
      ),
    );
  });
});
