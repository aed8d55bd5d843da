import { type Client, specTypeSchemas, withInputRequired } from '@modelcontextprotocol/client';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Caller } from '../../src/platform/caller.js';
import { seedShop } from '../../src/shop/seed.js';
import { cancelOrder } from '../../src/tools/cancel-order.js';
import { connectLegacy } from '../support/app/clients.js';
import { type StartedTools, startTools } from '../support/tools/start-tools.js';

let shop: StartedTools;
beforeEach(async () => {
  shop = await startTools({ tools: [cancelOrder], demoData: seedShop });
});

const statusOf = async (id: string) =>
  (await shop.store.selectFrom('orders').selectAll().where('id', '=', id).executeTakeFirstOrThrow())[
    'status'
  ];

/** Connects a 2026-07-28 client that can show a form. It fills the form in with `answer`, if given. */
async function formClient(as: Caller, answer?: object): Promise<Client> {
  const client = await shop.connect({
    as,
    capabilities: { elicitation: { form: {} } },
    inputRequired: { autoFulfill: !!answer },
  });
  client.setRequestHandler('elicitation/create', () => answer as never);
  return client;
}

/** Sends one call, with anything else a client might add. */
const round = (client: Client, order_id: string, extra: object = {}) =>
  client.request(
    { method: 'tools/call', params: { name: 'cancel_order', arguments: { order_id }, ...extra } },
    withInputRequired(specTypeSchemas.CallToolResult),
    { allowInputRequired: true },
  );
const accepted = { confirmation: { action: 'accept', content: { confirm: true } } };
const call = (order_id: string, confirm?: boolean) => ({
  name: 'cancel_order',
  arguments: { order_id, ...(confirm !== undefined && { confirm }) },
});

async function sealedStateFor(client: Client, orderId: string): Promise<string> {
  const asked = await round(client, orderId);
  expect(asked).toMatchObject({ resultType: 'input_required' });
  return (asked as { requestState: string }).requestState;
}

describe('a client that can show a form', () => {
  it('shows what is going to be cancelled, then cancels', async () => {
    const client = await formClient(shop.user('alice'));
    expect(await round(client, 'ORD-1007')).toMatchObject({
      inputRequests: {
        confirmation: {
          method: 'elicitation/create',
          params: {
            message: 'Cancel order ORD-1007 (1 × Side table)?',
            requestedSchema: { required: ['confirm'], properties: { confirm: { type: 'boolean' } } },
          },
        },
      },
    });
    expect(await statusOf('ORD-1007')).toBe('processing');
    const willing = await formClient(shop.user('alice'), accepted.confirmation);
    const result = await willing.callTool(call('ORD-1007'));
    expect(result.structuredContent).toMatchObject({ order_id: 'ORD-1007', outcome: 'cancelled' });
    expect(await statusOf('ORD-1007')).toBe('cancelled');
  });

  it.each([
    ['declines', { action: 'decline' }],
    ['closes the form', { action: 'cancel' }],
    ['says no', { action: 'accept', content: { confirm: false } }],
    ['leaves the answer out', { action: 'accept', content: {} }],
  ])('keeps the order when the customer %s', async (_what, answer) => {
    const client = await formClient(shop.user('alice'), answer);
    const result = await client.callTool(call('ORD-1007'));
    expect(result.structuredContent).toMatchObject({ outcome: 'kept' });
    expect(await statusOf('ORD-1007')).toBe('processing');
  });

  it('asks even when the model claims that the customer has confirmed', async () => {
    const client = await formClient(shop.user('alice'), { action: 'decline' });
    const result = await client.callTool(call('ORD-1007', true));
    expect(result.structuredContent).toMatchObject({ outcome: 'kept' });
  });

  it('changes nothing when a state is used a second time', async () => {
    const client = await formClient(shop.user('alice'));
    const requestState = await sealedStateFor(client, 'ORD-1008');
    const again = () => round(client, 'ORD-1008', { inputResponses: accepted, requestState });
    expect(await again()).toMatchObject({ structuredContent: { outcome: 'cancelled' } });
    const { cancelled_at } = await shop.store
      .selectFrom('orders')
      .select('cancelled_at')
      .where('id', '=', 'ORD-1008')
      .executeTakeFirstOrThrow();
    expect(await again()).toMatchObject({ structuredContent: { outcome: 'already_cancelled' } });
    const after = await shop.store.selectFrom('orders').selectAll().where('id', '=', 'ORD-1008').execute();
    expect(after).toMatchObject([{ status: 'cancelled', cancelled_at }]);
  });

  it('cannot change the state', async () => {
    const client = await formClient(shop.user('alice'));
    const state = await sealedStateFor(client, 'ORD-1007');
    const [version, payload = '', mac] = state.split('.');
    const changed = Buffer.from(payload, 'base64url').toString().replace('ORD-1007', 'ORD-1008');
    const tampered = [version, Buffer.from(changed).toString('base64url'), mac].join('.');
    for (const requestState of [tampered, `${state}x`, 'nonsense']) {
      const attempt = round(client, 'ORD-1008', { inputResponses: accepted, requestState });
      await expect(attempt).rejects.toMatchObject({ code: -32602 });
    }
    expect(await statusOf('ORD-1008')).toBe('processing');
  });

  it('cannot use the state of another order or an answer without a state', async () => {
    const client = await formClient(shop.user('alice'));
    const requestState = await sealedStateFor(client, 'ORD-1007');
    for (const extra of [{ requestState }, {}]) {
      const attempt = await round(client, 'ORD-1008', { inputResponses: accepted, ...extra });
      expect(attempt).toMatchObject({ resultType: 'input_required' });
    }
    expect(await statusOf('ORD-1008')).toBe('processing');
  });

  it("cannot use someone else's state", async () => {
    const service = await formClient(shop.service);
    const requestState = await sealedStateFor(service, 'ORD-1007');
    const alice = await formClient(shop.user('alice'));
    const attempt = round(alice, 'ORD-1007', { inputResponses: accepted, requestState });
    await expect(attempt).rejects.toMatchObject({ code: -32602 });
    expect(await statusOf('ORD-1007')).toBe('processing');
  });
});

async function connectLegacyAlice() {
  const client = await connectLegacy(shop.mcpUrl, shop.tokenOf(shop.user('alice')));
  onTestFinished(() => client.close());
  return client;
}

describe.each([
  ['2025-11-25', connectLegacyAlice],
  ['2026-07-28 without elicitation', () => shop.connect()],
  [
    '2026-07-28 that opens pages but shows no forms',
    () => shop.connect({ capabilities: { elicitation: { url: {} } } }),
  ],
] as const)('a client of %s', (_era, connect) => {
  it('is told to confirm, then cancels', async () => {
    const client = await connect();
    for (const confirm of [undefined, false]) {
      const asked = await client.callTool(call('ORD-1009', confirm));
      expect(asked.isError).toBeFalsy();
      expect(asked).toMatchObject({
        content: [{ text: expect.stringContaining('confirm: true') }],
        structuredContent: {
          order_id: 'ORD-1009',
          outcome: 'confirmation_required',
          message: expect.stringContaining('call cancel_order again with confirm: true'),
        },
      });
    }
    expect(await statusOf('ORD-1009')).toBe('processing');
    const done = await client.callTool(call('ORD-1009', true));
    expect(done.structuredContent).toMatchObject({ outcome: 'cancelled' });
    const again = await client.callTool(call('ORD-1009', true));
    expect(again.structuredContent).toMatchObject({ outcome: 'already_cancelled' });
  });

  it.each([
    ['ORD-1005', 'shipped', 'refuse the parcel'],
    ['ORD-1001', 'delivered', 'send it back within 30 days'],
  ])('learns what to do about %s, which is %s', async (id, status, advice) => {
    const client = await connect();
    const result = await client.callTool(call(id, true));
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining(advice) }] });
    expect(await statusOf(id)).toBe(status);
  });

  it("sees no difference between someone else's order and none", async () => {
    const client = await connect();
    const [others, none] = await Promise.all(
      ['ORD-2007', 'ORD-9999'].map((id) => client.callTool(call(id, true))),
    );
    expect(others).toMatchObject({ isError: true });
    expect(JSON.stringify(others).replaceAll('ORD-2007', 'ORD-9999')).toBe(JSON.stringify(none));
    expect(await statusOf('ORD-2007')).toBe('processing');
  });

  it('cancels once when calls race', async () => {
    const client = await connect();
    const results = await Promise.all(
      Array.from({ length: 8 }, () => client.callTool(call('ORD-1010', true))),
    );
    const outcomes = results.map((result) => (result.structuredContent as { outcome: string }).outcome);
    expect(outcomes.filter((each) => each === 'cancelled')).toHaveLength(1);
    expect(outcomes.filter((each) => each === 'already_cancelled')).toHaveLength(7);
  });
});
