import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  createDocumentCopies,
  type DocumentCopies,
} from '../../../../src/platform/oauth/clients/document-copies.js';
import type { Store } from '../../../../src/platform/store/database.js';
import { openTestStore } from '../../../support/app/database.js';

let store: Store;
let copies: DocumentCopies;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  store = await openTestStore();
  copies = createDocumentCopies(store);
});
afterEach(async () => {
  vi.useRealTimers();
  await store.destroy();
});
const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

it('there are 500 at most, and those someone signed in through outlive those of strangers', async () => {
  await copies.save('https://claude.ai/client.json', '{}');
  await copies.markUsed('https://claude.ai/client.json');
  for (let index = 0; index < 510; index += 1) {
    pass(1);
    await copies.save(`https://evil.example/${index}.json`, '{}');
  }
  const ids = await store.selectFrom('client_documents').select('client_id').execute();
  expect(ids).toHaveLength(500);
  expect(await copies.find('https://claude.ai/client.json')).toMatchObject({ document: '{}' });
  expect(await copies.find('https://evil.example/10.json')).toBeUndefined();
  expect(await copies.find('https://evil.example/509.json')).toBeDefined();
  expect(await copies.lastUsed(5)).toEqual(['https://claude.ai/client.json']);
});

it('one is used for 30 days after its document was fetched, and then deleted', async () => {
  await copies.save('https://claude.ai/client.json', '{}');
  await copies.markUsed('https://claude.ai/client.json');
  pass(29 * 86_400);
  await copies.deleteExpired(Math.floor(Date.now() / 1000));
  expect(await copies.find('https://claude.ai/client.json')).toBeDefined();
  pass(86_400);
  expect(await copies.find('https://claude.ai/client.json')).toBeUndefined();
  await copies.deleteExpired(Math.floor(Date.now() / 1000));
  expect(await store.selectFrom('client_documents').select('client_id').execute()).toEqual([]);
});
