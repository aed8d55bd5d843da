import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../platform/logger.js';
import { demoOrders } from './demo-data.js';
import { toIso } from './orders.js';
import type { OrdersTable } from './tables.js';
import type { Shipment } from './tracking.js';

const HOUR = 3600;

/** The running tracking API of a demonstration. */
export interface TrackingStandIn {
  url: string;
  key: string;
  close: () => Promise<void>;
}

/**
 * Serves a tracking API on this machine, so that a demonstration needs no account with a carrier. It knows the parcels of
 * the demo orders that have been shipped.
 */
export async function startTrackingStandIn(log: Logger): Promise<TrackingStandIn> {
  const key = randomBytes(32).toString('hex');
  const server = createServer((req, res) => {
    const id = /^\/shipments\/([\w-]+)$/.exec(req.url ?? '')?.[1];
    const authorized = req.headers.authorization === `Bearer ${key}`;
    const shipment = shipmentOf(demoOrders.find((order) => order.id === id));
    res.writeHead(authorized ? (shipment ? 200 : 404) : 401, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify(authorized && shipment ? shipment : {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  log.info({ url }, 'tracking stand-in started');
  return {
    url,
    key,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      log.info('tracking stand-in closed');
    },
  };
}

function shipmentOf(order: OrdersTable | undefined): Shipment | undefined {
  if (!order || order.shipped_at === null) return undefined;
  const events = [
    { at: toIso(order.shipped_at), place: 'Our warehouse', description: 'Handed to the carrier' },
    { at: toIso(order.shipped_at + 14 * HOUR), place: 'Sorting centre', description: 'Sorted' },
  ];
  if (order.delivered_at === null) return { carrier: 'Parcel Line', status: 'in_transit', events };
  const delivery = { at: toIso(order.delivered_at), place: 'Front door', description: 'Delivered' };
  return { carrier: 'Parcel Line', status: 'delivered', events: [...events, delivery] };
}
