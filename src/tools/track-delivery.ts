import { z } from 'zod';
import { icons } from '../icons.js';
import { defineTool, structured, type ToolContext, toolError } from '../platform/mcp/define.js';
import type { Services } from '../services.js';
import { findOrder, unknownOrder } from '../shop/orders.js';
import { shipmentSchema, TrackingError } from '../shop/tracking.js';

/** Shows how to call another system: a service with a key, a signal that cancels it, and a message for each failure. */
export const trackDelivery = defineTool({
  name: 'track_delivery',
  title: 'Track a delivery',
  description:
    'Where the parcel of an order is, as the carrier reports it. Use it when someone asks when a shipped order arrives. Ask for the order id, never guess it.',
  inputSchema: z.object({
    order_id: z.string().min(1).max(100).describe('The id of the order, such as ORD-1005'),
  }),
  outputSchema: shipmentSchema.extend({ order_id: z.string() }),
  annotations: { readOnlyHint: true, openWorldHint: true },
  icons: icons.order,
  scopes: ['read'],
  handler: async ({ order_id }, context: ToolContext<Services>) => {
    const { store, caller, services, signal, log, reportProgress } = context;
    if (!services.tracking) {
      return toolError(
        'Tracking is not set up on this server. Use get_order_status for the dates of the order.',
      );
    }
    const order = await findOrder(store, order_id, caller);
    if (!order) return toolError(unknownOrder(order_id));
    try {
      await reportProgress(1, 3, 'Asking the carrier');
      const onRetry = () => reportProgress(2, 3, 'Asking the carrier once more');
      const shipment = await services.tracking.find(order.id, { signal, onRetry });
      await reportProgress(3, 3);
      if (!shipment) {
        return toolError(`The carrier has no parcel for order ${order_id}. Its status is: ${order.status}.`);
      }
      return structured({ order_id, ...shipment });
    } catch (error) {
      if (!(error instanceof TrackingError)) throw error;
      log.warn({ err: error, reason: error.reason }, 'tracking failed');
      return toolError(ADVICE[error.reason]);
    }
  },
});

const SHOP_KNOWS = 'get_order_status has the dates the shop knows.';
const FOR_THE_OPERATOR = `Trying again does not help: the operator of this server has to fix it. ${SHOP_KNOWS}`;

const ADVICE: Record<TrackingError['reason'], string> = {
  unreachable: `The carrier cannot be reached right now. Try again in a few minutes. ${SHOP_KNOWS}`,
  timeout: `The carrier takes too long to answer. Try again in a few minutes. ${SHOP_KNOWS}`,
  refused: `The carrier does not accept requests from this server. ${FOR_THE_OPERATOR}`,
  invalid: `The carrier sent an answer that cannot be read. ${FOR_THE_OPERATOR}`,
};
