import { z } from 'zod';
import {
  definePrompt,
  defineResource,
  defineResourceTemplate,
  inputRequired,
  ResourceNotFoundError,
} from '../../../src/platform/mcp/define.js';
import { unavailable } from '../../../src/platform/store/faults.js';
import { described, seen } from './described.js';

const question = inputRequired({
  inputRequests: {
    name: inputRequired.elicit({ message: 'Name?', requestedSchema: z.object({ name: z.string() }) }),
  },
});

/** A resource for each way in which reading can go. */
export const resources = [
  defineResource({
    ...described,
    name: 'about',
    uri: 'notes://about',
    mimeType: 'text/plain',
    cacheHint: { ttlMs: 3_600_000, cacheScope: 'public' },
    read: () => 'A notebook \ud83d',
  }),
  defineResource({
    ...described,
    name: 'seen',
    uri: 'notes://seen',
    mimeType: 'application/json',
    listed: ({ kind }) => kind === 'user',
    read: (context) => JSON.stringify(seen(context)),
  }),
  defineResource({
    ...described,
    name: 'broken',
    uri: 'notes://broken',
    mimeType: 'text/plain',
    scopes: ['notes:write'],
    read: () => {
      throw new Error('a secret of the server');
    },
  }),
  defineResource({
    ...described,
    name: 'bytes',
    uri: 'notes://bytes',
    mimeType: 'application/octet-stream',
    read: () => ({
      contents: [{ uri: 'notes://bytes', mimeType: 'application/octet-stream', blob: 'AAEC' }],
    }),
  }),
  defineResource({
    ...described,
    name: 'asks',
    uri: 'notes://asks',
    mimeType: 'text/plain',
    read: () => question,
  }),
  defineResource({
    ...described,
    name: 'empty',
    uri: 'notes://empty',
    mimeType: 'text/plain',
    read: () => undefined as never,
  }),
  defineResourceTemplate({
    ...described,
    name: 'person',
    uriTemplate: 'notes://people/{username}',
    mimeType: 'application/json',
    complete: { username: (typed) => ['ann', 'bea'].filter((name) => name.startsWith(typed)) },
    list: () => [{ uri: 'notes://people/ann', name: 'ann' }],
    read: ({ username }, { uri }) => {
      if (username === 'down') throw unavailable('silent', new Error('connect ECONNREFUSED'));
      if (username === 'nobody') throw new ResourceNotFoundError(uri);
      return JSON.stringify({ username, uri });
    },
  }),
];

/** A prompt for each way in which getting one can go. */
export const prompts = [
  definePrompt({
    ...described,
    name: 'summary',
    argsSchema: z.object({ style: z.string().optional(), length: z.string().regex(/^\d+$/).optional() }),
    complete: {
      style: (typed, _context, others) => [`${typed}1`, JSON.stringify(others)],
      length: () => {
        throw new Error('a secret of the server');
      },
    },
    get: ({ style, length }, context) => `${style} ${length} ${JSON.stringify(seen(context))}`,
  }),
  definePrompt({ ...described, name: 'plain', scopes: ['notes:write'], get: () => 'Do \udc00 it' }),
  definePrompt({ ...described, name: 'asking_prompt', get: () => question }),
  definePrompt({ ...described, name: 'empty_prompt', get: () => undefined as never }),
  definePrompt({
    ...described,
    name: 'broken_prompt',
    get: () => {
      throw new Error('a secret of the server');
    },
  }),
];
