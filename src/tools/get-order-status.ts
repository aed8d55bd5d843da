import { z } from 'zod';
import { icons } from '../icons.js';
import { defineTool, structured, toolError } from '../platform/mcp/define.js';
import { findOrder, toIso, unknownOrder } from '../shop/orders.js';

const date = z.iso.datetime().optional();

export const getOrderStatus = defineTool({
  name: 'get_order_status',
  title: 'Order status',
  description:
    'State and dates of one order. Users see only their own orders. Ask for the order id, never guess it.',
  inputSchema: z.object({
    order_id: z.string().min(1).max(100).describe('The id of the order, such as ORD-1001'),
  }),
  outputSchema: z.object({
    order_id: z.string(),
    status: z.enum(['processing', 'shipped', 'delivered', 'cancelled']),
    product_id: z.string(),
    quantity: z.number().int(),
    ordered_at: z.iso.datetime(),
    shipped_at: date,
    delivered_at: date,
    cancelled_at: date,
  }),
  annotations: { readOnlyHint: true, openWorldHint: false },
  icons: icons.order,
  scopes: ['read'],
  handler: async ({ order_id }, { store, caller }) => {
    const order = await findOrder(store, order_id, caller);
    if (!order) return toolError(unknownOrder(order_id));
    return structured({
      order_id,
      status: order.status,
      product_id: order.product_id,
      quantity: order.quantity,
      ordered_at: toIso(order.ordered_at),
      ...(order.shipped_at !== null && { shipped_at: toIso(order.shipped_at) }),
      ...(order.delivered_at !== null && { delivered_at: toIso(order.delivered_at) }),
      ...(order.cancelled_at !== null && { cancelled_at: toIso(order.cancelled_at) }),
    });
  },
});
