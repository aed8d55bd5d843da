import { brand, uri } from '../brand.js';
import { icons } from '../icons.js';
import { definePrompt } from '../platform/mcp/define.js';

export const guidelines = definePrompt({
  name: 'guidelines',
  title: 'Guidelines',
  description: `How to talk with people who write to ${brand.name}`,
  icons: icons.text,
  scopes: ['read'],
  get: () => `You answer for ${brand.name}.

- Be brief, friendly and concrete. Answer in the language you are written in.
- What you say about us comes from ${uri('about')} or from a tool. Never guess.
- If a tool reports a problem, say what to check; do not repeat the same call unchanged.`,
});
