import { expect, it } from 'vitest';
import { remember } from '../../../src/platform/http/remember.js';

/** Returns the function, and the texts it computed. */
function counted() {
  const computed: string[] = [];
  const lengthOf = remember((text) => {
    computed.push(text);
    return text.length;
  });
  return { computed, lengthOf };
}

it('what is asked again is not computed again', () => {
  const { computed, lengthOf } = counted();
  expect(['ab', 'abc', 'ab', ''].map(lengthOf)).toEqual([2, 3, 2, 0]);
  expect(computed).toEqual(['ab', 'abc', '']);
});

it('strangers cannot fill the memory: the oldest texts are forgotten, and long ones are not kept', () => {
  const { computed, lengthOf } = counted();
  lengthOf('first');
  for (let index = 0; index < 100; index += 1) lengthOf(`${index}`);
  lengthOf('first');
  expect(computed.filter((text) => text === 'first')).toHaveLength(2);
  const long = 'x'.repeat(501);
  expect([lengthOf(long), lengthOf(long)]).toEqual([501, 501]);
  expect(computed.filter((text) => text === long)).toHaveLength(2);
});
