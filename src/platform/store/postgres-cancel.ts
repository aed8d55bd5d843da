import type { EventEmitter } from 'node:events';
import { setTimeout as elapsed } from 'node:timers/promises';
import pg from 'pg';

/** How long the server may take to accept the request, in milliseconds. */
const TIMEOUT_MS = 1000;

/** What of a connection names it to the server. pg has no types for most of it. */
interface Cancellable {
  host: string;
  port: number;
  ssl: boolean | object;
  sslNegotiation: string;
  /** Not known before the connection is open. */
  processID: number | null;
  secretKey: number | null;
}

/** The lower half of a connection of pg, which `Client` builds on. */
interface Wire extends EventEmitter {
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
  stream: { destroy(): void };
}

/**
 * Asks the server to cancel what a connection is running, on a connection of its own ("Canceling Requests in Progress" in
 * the manual's chapter on the protocol). A pooler passes the request on. Closing the connection is not enough: the server
 * finds out only when it has something to send.
 *
 * @returns once the server has passed the request on, or has not answered in time. Never fails
 */
export async function cancelQuery(client: pg.Client): Promise<void> {
  const { host, port, ssl, sslNegotiation, processID, secretKey } = client as unknown as Cancellable;
  if (processID === null || secretKey === null) return;
  const wire = new pg.Connection({ ssl, sslNegotiation } as pg.ConnectionConfig) as unknown as Wire;
  const ended = new Promise<void>((resolve) => {
    wire.on('end', resolve);
    wire.on('error', () => resolve());
  });
  const send = () => wire.cancel(processID, secretKey);
  wire.on('connect', () => {
    if (!ssl) send();
    else if (sslNegotiation !== 'direct') wire.requestSsl();
  });
  wire.on('sslconnect', send);
  if (host.startsWith('/')) wire.connect(`${host}/.s.PGSQL.${port}`);
  else wire.connect(port, host);
  await Promise.race([ended, elapsed(TIMEOUT_MS, undefined, { ref: false })]);
  wire.stream.destroy();
}
