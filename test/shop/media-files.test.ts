import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { demoProducts } from '../../src/shop/demo-data.js';
import {
  audioDirectory,
  hasImage,
  imageDirectory,
  listTopics,
  readImage,
  readTranscript,
} from '../../src/shop/media-files.js';

it.each(demoProducts.map(({ id }) => id))('has a JPEG of %s below 100 kB', async (id) => {
  const image = await readImage(id);
  expect(image?.subarray(0, 3).toString('hex')).toBe('ffd8ff');
  expect(image?.length).toBeLessThan(100_000);
});

it('finds nothing under any other name', async () => {
  for (const id of ['', 'nothing', '../images/lamp-arc', 'lamp-arc.jpg', '..', 'lamp-arc\u0000']) {
    expect(await hasImage(id)).toBe(false);
    expect(await readImage(id)).toBeUndefined();
  }
  expect((await stat(imageDirectory)).isDirectory()).toBe(true);
});

it('has a mono Opus recording and its text for every topic', async () => {
  expect(await listTopics()).toEqual(['assembly', 'delivery', 'returns']);
  for (const topic of await listTopics()) {
    const audio = await readFile(join(audioDirectory, `${topic}.opus`));
    const head = audio.indexOf('OpusHead');
    expect(audio.subarray(0, 4).toString()).toBe('OggS');
    expect(head).toBeGreaterThan(0);
    // RFC 7845 section 5.1: the channel count follows magic and version.
    expect(audio[head + 9]).toBe(1);
    expect(await readTranscript(topic)).toMatch(/^\S.{100}/);
  }
  expect(await readTranscript('../../README')).toBeUndefined();
});
