import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface NameServer {
  /** Its address with the port, in the form a resolver takes. */
  address: string;
  /** The names queried so far. */
  asked: string[];
  stop: () => Promise<void>;
}

/**
 * Starts a name server on this machine that answers every name with an IPv4 address, or with all that a function returns,
 * or never.
 */
export async function startNameServer(address?: string | (() => string[])): Promise<NameServer> {
  const asked: string[] = [];
  const socket = createSocket('udp4', (query, { port, address: client }) => {
    const { name, end } = readName(query);
    asked.push(name);
    if (address === undefined) return;
    const isA = query.readUInt16BE(end) === 1;
    const addresses = typeof address === 'string' ? [address] : address();
    const records = isA ? addresses.map(recordOf) : [];
    const header = Buffer.from([...query.subarray(0, 2), 0x81, 0x80, 0, 1, 0, records.length, 0, 0, 0, 0]);
    const question = query.subarray(12, end + 4);
    socket.send(Buffer.concat([header, question, ...records]), port, client);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    async stop() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** The record of an address, valid for a minute. It refers to the name in the question. */
function recordOf(address: string): Buffer {
  return Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]);
}

/** Reads the name in the question of a query (RFC 1035 section 4.1.2), and where it ends. */
function readName(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let position = 12;
  for (let length = query[position] ?? 0; length > 0; length = query[position] ?? 0) {
    labels.push(query.toString('latin1', position + 1, position + 1 + length));
    position += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: position + 1 };
}
