import { expect, it } from 'vitest';
import { connectModern } from '../support/app/clients.js';
import { startExample } from '../support/programs/server.js';

it('the example tracks deliveries without an account, and leaves nothing behind', async () => {
  const server = await startExample();
  const client = await connectModern(server.mcpUrl);
  const call = { name: 'track_delivery', arguments: { order_id: 'ORD-1005' } };
  expect((await client.callTool(call)).structuredContent).toMatchObject({ status: 'in_transit' });
  await client.close();
  const standIn = /"url":"(http:\/\/127\.0\.0\.1:\d+)","msg":"tracking stand-in started"/.exec(
    server.output(),
  );
  const shipment = `${standIn?.[1]}/shipments/ORD-1005`;
  expect((await fetch(shipment)).status).toBe(401);
  expect(await server.stop()).toBe(0);
  expect(server.output()).toMatch(/"stopping".*"tracking stand-in closed".*"stopped"/s);
  await expect(fetch(shipment)).rejects.toThrow('fetch failed');
});
