import { expect, it } from 'vitest';
import { parseMessage } from '../../../../src/platform/mcp/lane/message.js';

it.each(['__proto__', '\\u005f_proto__', '__pr\\u006Fto__', '__\\u0070\\u0072\\u006f\\u0074\\u006f__'])(
  'a message with a member %s is left to the SDK, however it is spelled',
  (name) => {
    expect(parseMessage(Buffer.from(`{"params":{"_meta":{"${name}":{"a":1}}}}`))).toBeUndefined();
    expect(parseMessage(Buffer.from('{"params":{"_meta":{"\\u00fcber":{"a":1}}}}'))).toEqual({
      params: { _meta: { über: { a: 1 } } },
    });
  },
);
