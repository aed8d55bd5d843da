import { expect, it, vi } from 'vitest';
import { createCache } from '../../../src/shop/catalogue/cache.js';

const pdf = Buffer.from('%PDF');

it('makes each version once, even for requests that arrive meanwhile', async () => {
  const cache = createCache(2);
  const render = vi.fn(async () => pdf);
  await Promise.all([cache('a', '1', render), cache('a', '1', render)]);
  await cache('a', '1', render);
  expect(render).toHaveBeenCalledTimes(1);
  await cache('a', '2', render);
  expect(render).toHaveBeenCalledTimes(2);
});

it('keeps up to the limit of categories, and drops the one made longest ago', async () => {
  const cache = createCache(2);
  const render = vi.fn(async () => pdf);
  for (const category of ['a', 'b', 'c']) await cache(category, '1', render);
  await cache('b', '1', render);
  await cache('c', '1', render);
  expect(render).toHaveBeenCalledTimes(3);
  await cache('a', '1', render);
  expect(render).toHaveBeenCalledTimes(4);
});

it('tries again after a failure', async () => {
  const cache = createCache(2);
  await expect(cache('a', '1', () => Promise.reject(new Error('no font')))).rejects.toThrow('no font');
  expect(await cache('a', '1', async () => pdf)).toBe(pdf);
});
