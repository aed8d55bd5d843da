import { z } from 'zod';
import { icons } from '../icons.js';
import {
  acceptedContent,
  defineTool,
  inputRequired,
  structured,
  type ToolContext,
  toolError,
} from '../platform/mcp/define.js';
import { cancelOrder as cancel, findOrder, type Order, unknownOrder } from '../shop/orders.js';
import { findProduct } from '../shop/products.js';

/** The form that the customer fills in, where the client can show forms. */
const confirmation = z.object({
  confirm: z.boolean().describe('Yes, cancel this order. This cannot be undone.'),
});

/** The state that travels through the client between question and answer, sealed. */
interface Asked {
  order_id: string;
}

export const cancelOrder = defineTool({
  name: 'cancel_order',
  title: 'Cancel an order',
  description:
    'Cancels an order that has not been shipped yet, after the customer has confirmed. Ask for the order id, never guess it.',
  inputSchema: z.object({
    order_id: z.string().min(1).max(100).describe('The id of the order, such as ORD-1001'),
    confirm: z
      .boolean()
      .optional()
      .describe('Only where no form can be shown: true once the customer has said yes in the conversation'),
  }),
  outputSchema: z.object({
    order_id: z.string(),
    outcome: z.enum(['cancelled', 'already_cancelled', 'kept', 'confirmation_required']),
    message: z.string(),
  }),
  annotations: { destructiveHint: true, idempotentHint: true, openWorldHint: false },
  icons: icons.order,
  scopes: ['orders:write'],
  handler: async ({ order_id, confirm }, context) => {
    const order = await findOrder(context.store, order_id, context.caller);
    if (!order) return toolError(unknownOrder(order_id));
    if (order.status !== 'processing') return tooLate(order);

    const answer = customersAnswer(order_id, confirm, context);
    if (answer === 'no') return outcome(order_id, 'kept', `Order ${order_id} stays as it is.`);
    if (answer === 'not asked') return ask(order, context);

    if (await cancel(context.store, order_id)) {
      return outcome(order_id, 'cancelled', `Order ${order_id} is cancelled.`);
    }
    // Another call or the warehouse was faster.
    return tooLate((await findOrder(context.store, order_id, context.caller)) ?? order);
  },
});

function customersAnswer(
  orderId: string,
  confirm: boolean | undefined,
  { canElicit, openState, sdk }: ToolContext,
): 'yes' | 'no' | 'not asked' {
  // A model may claim that the customer confirmed. Where the customer can be asked, only their own answer counts.
  if (!canElicit) return confirm ? 'yes' : 'not asked';
  if (openState<Asked>()?.order_id !== orderId || sdk.mcpReq.inputResponses?.['confirmation'] === undefined) {
    return 'not asked';
  }
  return acceptedContent(sdk.mcpReq.inputResponses, 'confirmation', confirmation)?.confirm ? 'yes' : 'no';
}

async function ask(order: Order, { store, canElicit, sealState }: ToolContext) {
  const product = await findProduct(store, order.product_id);
  const what = `order ${order.id} (${order.quantity} × ${product?.name ?? order.product_id})`;
  if (!canElicit) {
    // An ordinary answer, because several agent frameworks turn an error into an exception that ends the conversation.
    return outcome(
      order.id,
      'confirmation_required',
      `Nothing is cancelled yet. Ask the customer whether ${what} should really be cancelled. ` +
        'When they say yes, call cancel_order again with confirm: true.',
    );
  }
  return inputRequired({
    inputRequests: {
      confirmation: inputRequired.elicit({ message: `Cancel ${what}?`, requestedSchema: confirmation }),
    },
    requestState: await sealState({ order_id: order.id } satisfies Asked),
  });
}

function tooLate({ id, status }: Order) {
  if (status === 'cancelled') return outcome(id, 'already_cancelled', `Order ${id} is already cancelled.`);
  const next =
    status === 'shipped'
      ? 'The customer can refuse the parcel, or send it back within 30 days'
      : 'The customer can send it back within 30 days';
  return toolError(
    `Order ${id} is ${status} and cannot be cancelled any more. ${next}; send_audio_guide with the topic returns explains how.`,
  );
}

function outcome(
  order_id: string,
  result: 'cancelled' | 'already_cancelled' | 'kept' | 'confirmation_required',
  message: string,
) {
  return structured({ order_id, outcome: result, message });
}
