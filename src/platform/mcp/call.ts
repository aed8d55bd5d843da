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
  const name = nameIn(method, params);
  return typeof name === 'string' ? { method, name } : { method };
}

/** Finds what a method names. Other params may have the same names, and mean nothing. */
function nameIn(method: string, params: Record<string, unknown>): unknown {
  if (method.startsWith('resources/')) return params['uri'];
  if (method !== 'completion/complete') return params['name'];
  const ref = isRecord(params['ref']) ? params['ref'] : {};
  return ref['name'] ?? ref['uri'];
}

/** Checks whether a parsed body is one JSON-RPC request, which gets an answer, and not a notification. */
export function isRequest(body: unknown): boolean {
  return isRecord(body) && typeof body['method'] === 'string' && body['id'] !== undefined;
}
