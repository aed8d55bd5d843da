import type { ServerContent } from '../../../src/platform/mcp/content.js';
import { prompts, resources } from './texts.js';
import { tools } from './tools.js';

/** What both servers of a comparison offer: a handler for each way in which one can end. */
export const content: Partial<ServerContent> = {
  info: { name: 'compared', title: 'Compared', version: '1.2.3' },
  instructions: 'Compare.',
  tools,
  resources,
  prompts,
};

/** The names that requests are made with. */
export const names = {
  tools: tools.map(({ name }) => name).filter((name) => name !== 'waits'),
  uris: ['about', 'seen', 'broken', 'bytes', 'asks', 'empty', 'people/ann'].map((path) => `notes://${path}`),
  prompts: prompts.map(({ name }) => name),
};
