import type { IncomingHttpHeaders } from 'node:http';
import {
  classifyInboundRequest,
  type JSONRPCRequest,
  PROTOCOL_VERSION_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server';
import { setNewest } from '../../bounded-map.js';
import { isDeeperThan, MAX_JSON_DEPTH } from '../../http/json-body.js';
import { isRecord } from '../../json.js';
import { wellFormed } from '../../well-formed.js';
import { omitNulls } from '../null-members.js';
import { MODERN_REVISION } from '../revisions.js';

/** Which form of the protocol a request has: that of `MODERN_REVISION`, or that of the revisions before. */
export type Era = '2025' | '2026';

/** A request that is valid in all that is checked before its method is looked at. */
export interface RecognizedRequest {
  era: Era;
  message: JSONRPCRequest;
}

/** The members of a request. The SDK refuses others. */
const MEMBERS = new Set(['jsonrpc', 'id', 'method', 'params']);

/** The parameter that the `Mcp-Name` header repeats, by method. */
const NAMED_BY: Record<string, string> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};

const OPENING_BRACE = 0x7b;

/** A name that the SDK drops in some places, or an escape that may be a part of it. Clients escape no letters. */
const PROTO = /__proto__|\\u00(?:5f|6f|7[024])/i;

/**
 * Parses a body as the other way does, if it is a single message.
 *
 * @returns `undefined` for anything that is not an object, or that needs a second look
 */
export function parseMessage(bytes: Buffer): Record<string, unknown> | undefined {
  // Such as a byte order mark, or a batch.
  if (bytes[0] !== OPENING_BRACE) return undefined;
  const text = bytes.toString();
  if (PROTO.test(text)) return undefined;
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(message) || isDeeperThan(MAX_JSON_DEPTH, message)) return undefined;
  // Half a surrogate pair can only be an escape.
  if (text.includes('\\u')) message = wellFormed(message);
  if (text.includes('null')) omitNulls(message as Record<string, unknown>);
  return message as Record<string, unknown>;
}

/** The most `_meta` objects that are remembered. A client sends the same one with every request. */
const MAX_REMEMBERED = 1000;
/** The longest that is remembered, in characters. */
const MAX_META_LENGTH = 1000;

/** Makes the check of everything about a request but its method and what it names. */
export function createRecognition() {
  const valid = new Map<string, true>();

  /** Asks the SDK, unless it has accepted the same `_meta` before, in the same era. */
  function isAccepted(
    era: Era,
    meta: unknown,
    message: JSONRPCRequest,
    revision: string | undefined,
  ): boolean {
    if (meta === undefined) return true;
    const key = era + JSON.stringify(meta);
    if (valid.has(key)) return true;
    const version = revision === undefined ? {} : { protocolVersionHeader: revision };
    const outcome = classifyInboundRequest({ httpMethod: 'POST', ...version, body: message });
    const isValid = outcome.kind === (era === '2026' ? 'modern' : 'legacy');
    if (isValid && key.length <= MAX_META_LENGTH) setNewest(valid, key, true, MAX_REMEMBERED);
    return isValid;
  }

  /**
   * @returns the request; `undefined` for anything the SDK may refuse before it looks for a handler, which is left to it
   */
  return (message: Record<string, unknown>, headers: IncomingHttpHeaders): RecognizedRequest | undefined => {
    const { jsonrpc, id, method, params } = message;
    if (jsonrpc !== '2.0' || typeof method !== 'string' || method === 'initialize') return undefined;
    if (typeof id !== 'string' && !Number.isSafeInteger(id)) return undefined;
    for (const name in message) if (!MEMBERS.has(name)) return undefined;
    if (params !== undefined && !isRecord(params)) return undefined;
    const meta = params?.['_meta'];
    if (meta !== undefined && !isRecord(meta)) return undefined;
    const request = message as unknown as JSONRPCRequest;
    const revision = textOf(headers['mcp-protocol-version']);
    if (meta && PROTOCOL_VERSION_META_KEY in meta) {
      if (meta[PROTOCOL_VERSION_META_KEY] !== MODERN_REVISION || revision !== MODERN_REVISION)
        return undefined;
      if (textOf(headers['mcp-method']) !== method || !isNamed(method, params, headers)) return undefined;
      return isAccepted('2026', meta, request, revision) ? { era: '2026', message: request } : undefined;
    }
    if (revision !== undefined && !SUPPORTED_PROTOCOL_VERSIONS.includes(revision)) return undefined;
    return isAccepted('2025', meta, request, revision) ? { era: '2025', message: request } : undefined;
  };
}

/** Checks that `Mcp-Name` repeats what the body names. A value that had to be encoded is left to the SDK. */
function isNamed(
  method: string,
  params: Record<string, unknown> | undefined,
  headers: IncomingHttpHeaders,
): boolean {
  const parameter = NAMED_BY[method];
  if (parameter === undefined) return true;
  const name = params?.[parameter];
  return typeof name === 'string' && !name.startsWith('=?') && textOf(headers['mcp-name']) === name;
}

/** Returns the value of a header. Node joins repeated ones. */
function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? undefined : value;
}
