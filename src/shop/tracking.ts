import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

/** How long one attempt may take, in milliseconds. Two attempts and the pause between them fit a tool's time limit. */
const ATTEMPT_MS = 8000;
const PAUSE_MS = 250;

/** The tracking API's answer about a parcel. Fields it adds later are dropped. */
export const shipmentSchema = z.object({
  carrier: z.string(),
  status: z.enum(['registered', 'in_transit', 'out_for_delivery', 'delivered', 'returned']),
  events: z.array(z.object({ at: z.iso.datetime(), place: z.string(), description: z.string() })),
});

export type Shipment = z.output<typeof shipmentSchema>;

/**
 * A failure of the tracking API. Its message and cause are for the operator, never for a client.
 *
 * `unreachable`: the API could not be reached or is restarting, so another attempt may help. `timeout`: it was too slow.
 * `refused`: it does not accept the key. `invalid`: its answer makes no sense.
 */
export class TrackingError extends Error {
  constructor(
    readonly reason: 'unreachable' | 'timeout' | 'refused' | 'invalid',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'TrackingError';
  }
}

/** A client of the tracking API. */
export interface Tracking {
  /**
   * Finds the parcel of an order, or `undefined` when the carrier knows of none. Tries once more when that may help.
   *
   * @param signal cancels the request
   * @param onRetry called before the second attempt
   * @throws {TrackingError} when another attempt would not help, or failed too
   */
  find: (
    orderId: string,
    options: { signal: AbortSignal; onRetry?: () => Promise<void> },
  ) => Promise<Shipment | undefined>;
}

/** The address of the tracking API, and its key. */
export interface TrackingOptions {
  /** Without a trailing slash. */
  url: string;
  key: string;
  /** Milliseconds. */
  attemptMs?: number;
}

/** Makes a client of the tracking API. */
export function createTracking({ url, key, attemptMs = ATTEMPT_MS }: TrackingOptions): Tracking {
  async function request(orderId: string, signal: AbortSignal): Promise<{ status: number; body: string }> {
    try {
      const response = await fetch(`${url}/shipments/${encodeURIComponent(orderId)}`, {
        headers: { Accept: 'application/json', Authorization: `Bearer ${key}` },
        // Redirects are not followed, so that the key is sent only to the address from the settings.
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(attemptMs)]),
      });
      return { status: response.status, body: await response.text() };
    } catch (cause) {
      signal.throwIfAborted();
      const tooSlow = cause instanceof DOMException && cause.name === 'TimeoutError';
      throw tooSlow
        ? new TrackingError('timeout', `the tracking API did not answer within ${attemptMs} ms`)
        : new TrackingError('unreachable', 'the tracking API cannot be reached', { cause });
    }
  }

  async function attempt(orderId: string, signal: AbortSignal): Promise<Shipment | undefined> {
    const { status, body } = await request(orderId, signal);
    switch (status) {
      case 200:
        return parseShipment(body);
      case 404:
        return undefined;
      case 401:
      case 403:
        throw new TrackingError('refused', `the tracking API answered ${status}: check TRACKING_API_KEY`);
      case 502:
      case 503:
      case 504:
        throw new TrackingError('unreachable', `the tracking API answered ${status}`);
      default:
        throw new TrackingError('invalid', `the tracking API answered ${status}`);
    }
  }

  return {
    async find(orderId, { signal, onRetry }) {
      try {
        return await attempt(orderId, signal);
      } catch (error) {
        if (!(error instanceof TrackingError && error.reason === 'unreachable')) throw error;
        await pause(PAUSE_MS, undefined, { signal });
        await onRetry?.();
        return attempt(orderId, signal);
      }
    },
  };
}

function parseShipment(body: string): Shipment {
  try {
    return shipmentSchema.parse(JSON.parse(body));
  } catch (cause) {
    throw new TrackingError('invalid', 'the tracking API answered something that is not a shipment', {
      cause,
    });
  }
}
