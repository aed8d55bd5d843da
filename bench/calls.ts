import { SERVICE_TOKEN } from '../test/support/app/port.js';
import { CARRIED, type Call } from './load/plan.js';

/** The eras of the protocol, which differ in how a request is written. */
export type Era = '2025' | '2026';

const CLIENT = { name: 'bench', version: '1.0.0' };
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': CLIENT,
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A right answer has this in its structured content; in its text, the quotes are escaped. */
const ROLLED = '"sides":6';

/** Writes a request to `/mcp`. */
export function mcpCall(
  era: Era,
  method: string,
  params: Record<string, unknown>,
  expect: string,
  token = SERVICE_TOKEN,
): Call {
  const isModern = era === '2026';
  const name = params['name'] ?? params['uri'];
  const sent = isModern ? { ...params, _meta: META } : params;
  const head = [
    'POST /mcp HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
    `Authorization: Bearer ${token}`,
    `Mcp-Protocol-Version: ${isModern ? '2026-07-28' : '2025-11-25'}`,
    ...(isModern ? [`Mcp-Method: ${method}`] : []),
    ...(isModern && typeof name === 'string' ? [`Mcp-Name: ${name}`] : []),
  ].join('\r\n');
  return { head, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: sent }), expect };
}

/** Calls the tool that all servers have. */
export function rollDice(era: Era, token?: string): Call {
  return mcpCall(era, 'tools/call', { name: 'roll_dice', arguments: { sides: 6 } }, ROLLED, token);
}

/** Asks for a file. */
export function get(path: string, expect: string): Call {
  return { head: `GET ${path} HTTP/1.1\r\nHost: localhost`, body: '', expect };
}

/** Trades the refresh token that the last answer gave. */
export function refreshCall(clientId: string): Call {
  const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: clientId });
  return {
    head: 'POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded',
    body: `${form}&refresh_token=${CARRIED}`,
    expect: '"access_token":"',
    carry: 'refresh_token',
  };
}
