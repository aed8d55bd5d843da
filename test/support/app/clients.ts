import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import {
  Client as LegacyClient,
  type ClientOptions as LegacyOptions,
} from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { SERVICE_TOKEN } from './port.js';

const info = { name: 'test-client', version: '1.0.0' };

/** What a request of 2026-07-28 says of its client, in `_meta`. */
export const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': info,
  'io.modelcontextprotocol/clientCapabilities': {},
};

const withToken = (token: string) => ({ requestInit: { headers: { Authorization: `Bearer ${token}` } } });

/** Connects the 2.x client, pinned to 2026-07-28 unless told to negotiate. */
export async function connectModern(
  mcpUrl: string,
  token = SERVICE_TOKEN,
  mode: 'auto' | { pin: string } = { pin: '2026-07-28' },
  options: ClientOptions = {},
): Promise<Client> {
  const client = new Client(info, { ...options, versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), withToken(token)));
  return client;
}

/** Connects the 1.x client, which speaks 2025-11-25. */
export async function connectLegacy(
  mcpUrl: string,
  token = SERVICE_TOKEN,
  options: LegacyOptions = {},
): Promise<LegacyClient> {
  const client = new LegacyClient(info, options);
  // The 1.x types are not written for exactOptionalPropertyTypes.
  await client.connect(new LegacyTransport(new URL(mcpUrl), withToken(token)) as never);
  return client;
}

/** Sends one raw request to `/mcp`, as a client without an SDK does. */
export function post(mcpUrl: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(mcpUrl, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      Authorization: `Bearer ${SERVICE_TOKEN}`,
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** Sends the smallest request that needs credentials, with these in its `Authorization` header. */
export function ping(mcpUrl: string, authorization: string): Promise<Response> {
  return post(mcpUrl, { jsonrpc: '2.0', id: 1, method: 'ping' }, { Authorization: authorization });
}

/** Checks whether the endpoint currently accepts a token. */
export async function tokenWorks(mcpUrl: string, token: string): Promise<boolean> {
  return (await ping(mcpUrl, `Bearer ${token}`)).status === 200;
}
