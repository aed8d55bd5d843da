import fc from 'fast-check';
import { names } from './content.js';

/** A JSON-RPC message, or what is sent instead of one. */
export type Message = Record<string, unknown>;

/** What a message asks for, without what each era adds: `jsonrpc`, the id and `_meta`. */
export interface Asked {
  method: string;
  params?: Message;
}

const someText = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('ü', '\ud83d', '\u{1f600}', '', 'null', '<b>', 'a"b\\c\n'),
);

const argumentsOfEcho = fc.record(
  {
    text: someText,
    number: fc.double({ min: -5, max: 1000, noNaN: true }),
    whole: fc.integer(),
    choice: fc.constantFrom('a', 'b'),
    nullable: fc.option(someText),
    coerced: fc.oneof(someText, fc.integer(), fc.boolean()),
    list: fc.array(someText, { maxLength: 3 }),
    inner: fc.record(
      { deep: fc.record({ deeper: fc.boolean() }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    ),
    map: fc.dictionary(fc.constantFrom('a', 'b', 'toString', '__proto__'), fc.integer()),
    free: fc.jsonValue({ maxDepth: 2 }),
    either: fc.oneof(fc.integer(), fc.constant({ kind: 'x' })),
    // Static parameters of a platform, which no tool declares.
    tenant_id: fc.oneof(someText, fc.integer(), fc.constant(null)),
    conversation: fc.jsonValue({ maxDepth: 1 }),
  },
  { requiredKeys: [] },
);

const call = (name: string, args: fc.Arbitrary<unknown>) =>
  args.map((given) => ({
    method: 'tools/call',
    params: { name, ...(given !== undefined && { arguments: given }) },
  }));
const withParams = (method: string, params: fc.Arbitrary<Message | undefined>) =>
  params.map((given) => ({ method, ...(given !== undefined && { params: given }) }));
const noArguments = fc.constantFrom(undefined, {}, { tenant_id: 'x' });
const page = fc.constantFrom(undefined, {}, { cursor: 'x' });

const oddUris = [
  ...['notes://people/nobody', 'notes://people/down', 'notes://people/%C3%BC', 'notes://people/%'],
  ...['NOTES://about', 'notes://about/', 'notes://about?x=1', 'notes://nothing', 'no uri'],
];

const meaningful: fc.Arbitrary<Asked> = fc.oneof(
  { weight: 6, arbitrary: call('echo', argumentsOfEcho) },
  {
    weight: 4,
    arbitrary: call('context', fc.record({ turns: fc.integer({ min: 0, max: 20 }) }, { requiredKeys: [] })),
  },
  {
    weight: 2,
    arbitrary: call('required', fc.record({ a: someText, b: fc.integer() }, { requiredKeys: ['a'] })),
  },
  {
    weight: 1,
    arbitrary: call('routed', fc.record({ text: fc.constantFrom('x', 'y') }, { requiredKeys: [] })),
  },
  { weight: 2, arbitrary: call('asks', fc.record({ topic: someText }, { requiredKeys: [] })) },
  {
    weight: 8,
    arbitrary: fc.constantFrom(...names.tools, 'unknown').chain((name) => call(name, noArguments)),
  },
  { weight: 4, arbitrary: withParams('tools/list', page) },
  { weight: 1, arbitrary: withParams('resources/list', page) },
  { weight: 1, arbitrary: withParams('resources/templates/list', page) },
  { weight: 1, arbitrary: withParams('prompts/list', page) },
  {
    weight: 3,
    arbitrary: withParams(
      'resources/read',
      fc.record({
        uri: fc.oneof(
          { weight: 2, arbitrary: fc.constantFrom(...names.uris) },
          { weight: 1, arbitrary: fc.constantFrom(...oddUris) },
        ),
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: withParams(
      'prompts/get',
      fc.record(
        {
          name: fc.constantFrom(...names.prompts, 'unknown'),
          arguments: fc.record(
            { style: someText, length: fc.constantFrom('5', 'five'), tenant_id: someText },
            { requiredKeys: [] },
          ),
        },
        { requiredKeys: ['name'] },
      ),
    ),
  },
  {
    weight: 3,
    arbitrary: withParams(
      'completion/complete',
      fc.record(
        {
          ref: fc.constantFrom(
            ...[
              { type: 'ref/prompt', name: 'summary' },
              { type: 'ref/prompt', name: 'unknown' },
            ],
            ...[
              { type: 'ref/resource', uri: 'notes://people/{username}' },
              { type: 'ref/resource', uri: 'x' },
            ],
          ),
          argument: fc.record({
            name: fc.constantFrom('style', 'length', 'username', 'toString'),
            value: someText,
          }),
          context: fc.record({ arguments: fc.dictionary(fc.constantFrom('style', 'a'), someText) }),
        },
        { requiredKeys: ['ref', 'argument'] },
      ),
    ),
  },
  { weight: 3, arbitrary: fc.constant({ method: 'server/discover' }) },
  { weight: 2, arbitrary: fc.constant({ method: 'ping' }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('2025-11-25', '2025-06-18', '2024-11-05', '2026-07-28', '1.0')
      .map((version) => ({
        method: 'initialize',
        params: {
          protocolVersion: version,
          capabilities: { elicitation: {}, roots: { listChanged: null } },
          clientInfo: { name: 'c', version: '1' },
        },
      })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(
        ...[
          'logging/setLevel',
          'resources/subscribe',
          'tasks/list',
          'roots/list',
          'unknown/method',
          'tools/',
          '',
        ],
        ...['TOOLS/CALL', 'toString', '__proto__', 'sampling/createMessage'],
      )
      .map((method) => ({ method, params: { level: 'debug', uri: 'notes://about' } })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<Message>({}, { notifications: {} }, { notifications: { toolsListChanged: true } })
      .map((params) => ({ method: 'subscriptions/listen', params })),
  },
);

const notification = fc.constantFrom<Asked>(
  { method: 'notifications/initialized' },
  { method: 'notifications/cancelled', params: { requestId: 1, reason: 'r' } },
  { method: 'notifications/unknown' },
  { method: 'tools/call', params: { name: 'echo' } },
);

/** What clients ask for. */
export const asked: fc.Arbitrary<Asked> = fc.oneof(
  { weight: 9, arbitrary: meaningful },
  { weight: 1, arbitrary: notification },
);
