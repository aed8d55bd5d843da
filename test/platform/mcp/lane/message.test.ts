import { describe, expect, it } from 'vitest';
import { createRecognition, parseMessage } from '../../../../src/platform/mcp/lane/message.js';
import { MODERN_META } from '../../../support/app/clients.js';
import type { Message } from '../../../support/lane/asked.js';
import { type Meant, meantIn } from '../../../support/lane/messages.js';

const PROGRESS = { progressToken: 1 };
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const call = { method: 'tools/call', params: { name: 'echo' } };

/** Recognizes a call as it is sent, with other members of the message or other headers. */
function recognized(era: Meant['era'], changes: Message = {}, otherHeaders: object = {}, meta?: Message) {
  const { message, headers } = meantIn(era, call, { meta });
  const lower = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
  return createRecognition()({ ...(message as Message), ...changes }, { ...lower, ...otherHeaders });
}

describe('the fast lane recognizes', () => {
  it.each<[string, Meant['era'], Message, object?, Message?]>([
    ['a call of 2026-07-28', '2026', {}],
    ['one that asks for progress', '2026', {}, {}, PROGRESS],
    ['one whose id is a text', '2026', { id: 'a' }],
    ['a call of the 2025 era', '2025', {}, { 'mcp-protocol-version': '2025-11-25' }],
    ['one that does not name its revision', '2025', {}],
    ['one that asks for progress', '2025', {}, {}, PROGRESS],
    ['a request without params', '2025', { method: 'ping', params: undefined }],
  ])('%s', (_what, era, changes, headers, meta) => {
    expect(recognized(era, changes, headers, meta)).toMatchObject({ era, message: { jsonrpc: '2.0' } });
  });
});

describe('the fast lane leaves to the SDK', () => {
  it.each<[string, Meant['era'], Message, object?, Message?]>([
    ['a notification', '2026', { id: undefined }],
    ['an id that is null', '2026', { id: null }],
    ['an id that is a fraction', '2026', { id: 1.5 }],
    ['another version of JSON-RPC', '2026', { jsonrpc: '1.0' }],
    ['a member that JSON-RPC does not have', '2025', { extra: 1 }],
    ['an answer', '2025', { result: {} }],
    ['params that are a list', '2025', { params: [] }],
    ['a handshake', '2025', { method: 'initialize' }],
    ['_meta that is a text', '2025', { params: { name: 'echo', _meta: 'x' } }],
    ['a progress token that is an object', '2025', {}, {}, { progressToken: {} }],
    ['an unknown revision', '2025', {}, { 'mcp-protocol-version': '1.0' }],
    ['2026-07-28 without what its client can do', '2026', {}, {}, { [CAPABILITIES]: 5 }],
    ['2026-07-28 in the header alone', '2025', {}, { 'mcp-protocol-version': '2026-07-28' }],
    ['2026-07-28 in the message alone', '2026', {}, { 'mcp-protocol-version': undefined }],
    ['another revision in the header', '2026', {}, { 'mcp-protocol-version': '2025-11-25' }],
    ['another method in the header', '2026', {}, { 'mcp-method': 'tools/list' }],
    ['no method in the header', '2026', {}, { 'mcp-method': undefined }],
    ['another name in the header', '2026', {}, { 'mcp-name': 'other' }],
    ['no name in the header', '2026', {}, { 'mcp-name': undefined }],
    [
      'a name that is not sent as it is',
      '2026',
      { params: { name: '=?base64?ZWNobw==?=', _meta: MODERN_META } },
      { 'mcp-name': '=?base64?ZWNobw==?=' },
    ],
  ])('%s', (_what, era, changes, headers, meta) => {
    expect(recognized(era, changes, headers, meta)).toBeUndefined();
  });
});

describe('the fast lane reads', () => {
  it.each<[string, string, unknown]>([
    ['a message', '{"id":1,"params":{"a":"é"}}', { id: 1, params: { a: 'é' } }],
    ['half a surrogate pair', '{"a":"\\ud83d"}', { a: '\ufffd' }],
    ['members that are null', '{"id":1,"params":null}', { id: 1 }],
  ])('%s', (_what, text, expected) => {
    expect(parseMessage(Buffer.from(text))).toEqual(expected);
  });

  it.each<[string, string]>([
    ['a batch', '[{"id":1}]'],
    ['a byte order mark', '\ufeff{"id":1}'],
    ['half a message', '{"id":1'],
    ['more levels than are allowed', `{"a":${'['.repeat(101)}${']'.repeat(101)}}`],
  ])('but not %s', (_what, text) => {
    expect(parseMessage(Buffer.from(text))).toBeUndefined();
  });
});

it.each(['__proto__', '\\u005f_proto__', '__pr\\u006Fto__', '__\\u0070\\u0072\\u006f\\u0074\\u006f__'])(
  'a message with a member %s is left to the SDK, however it is spelled',
  (name) => {
    expect(parseMessage(Buffer.from(`{"params":{"_meta":{"${name}":{"a":1}}}}`))).toBeUndefined();
    expect(parseMessage(Buffer.from('{"params":{"_meta":{"\\u00fcber":{"a":1}}}}'))).toEqual({
      params: { _meta: { über: { a: 1 } } },
    });
  },
);
