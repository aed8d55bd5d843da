import type { RpcCall } from '../http/request-locals.js';
import { isRecord } from '../json.js';

/**
 * Reads the call from a parsed body. Returns `undefined` for anything but a single JSON-RPC request, including batches;
 * the SDK decides how to answer those.
 */
export function readCall(body: unknown): RpcCall | undefined {
  if (!isRecord(body) || typeof body['method'] !== 'string') return undefined;
  const method = body['method'];
  const params = isRecord(body['params']) ? body['params'] : {};
  const ref = isRecord(params['ref']) ? params['ref'] : {};
  const name = params['name'] ?? params['uri'] ?? ref['name'] ?? ref['uri'];
  return typeof name === 'string' ? { method, name } : { method };
}

/** Checks whether a parsed body is one JSON-RPC request, which gets an answer, and not a notification. */
export function isRequest(body: unknown): boolean {
  return isRecord(body) && typeof body['method'] === 'string' && body['id'] !== undefined;
}
