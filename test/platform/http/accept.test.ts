import { expect, it } from 'vitest';
import { prefersHtml, weightOf } from '../../../src/platform/http/accept.js';

it.each<[string | undefined, number, number]>([
  [undefined, 1, 1],
  ['', 1, 1],
  [' , ', 1, 1],
  ['*/*', 1, 1],
  ['application/json, text/event-stream', 1, 1],
  ['text/event-stream,application/json', 1, 1],
  ['Application/JSON, TEXT/Event-Stream', 1, 1],
  ['application/json; charset=utf-8, text/event-stream;charset=UTF-8', 1, 1],
  ['application/json', 1, 0],
  ['text/event-stream', 0, 1],
  ['application/*', 1, 0],
  ['text/*;q=0.5, application/json', 1, 0.5],
  ['*/*, text/event-stream;q=0', 1, 0],
  ['text/*, text/event-stream; q=0.000, application/json', 1, 0],
  ['*/*;q=0', 0, 0],
  ['application/json;q=0, text/event-stream;Q=0.3', 0, 0.3],
  ['application/json-seq, text/event-streaming', 0, 0],
  ['text/plain;a="application/json, text/event-stream"', 0, 0],
  ['application/json;a="b, text/event-stream', 1, 0],
  ['application/json;a="b\\", text/event-stream', 1, 0],
  ['application/json;a="b\\', 1, 0],
  ['text/html', 0, 0],
  ['application/json;q=7', 1, 0],
])('Accept: %s wants JSON by %d and a stream by %d', (accept, json, stream) => {
  expect([weightOf(accept, 'application/json'), weightOf(accept, 'text/event-stream')]).toEqual([
    json,
    stream,
  ]);
});

it.each([
  [true, 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'],
  [true, 'text/html'],
  [false, '*/*'],
  [false, undefined],
  [false, 'application/json, text/html;q=0.5'],
  [false, 'text/*'],
  [false, 'application/json, text/event-stream'],
])('whether a page is wanted is %s with Accept: %s', (expected, accept) => {
  expect(prefersHtml(accept)).toBe(expected);
});
