import { RESOURCE_MIME_TYPE } from '@modelcontextprotocol/ext-apps/server';
import { z } from 'zod';
import { brand } from '../../brand.js';
import { icons } from '../../icons.js';
import type { Caller } from '../../platform/caller.js';
import { defineResource, defineTool } from '../../platform/mcp/define.js';
import { renderGreetingCard } from './render.js';

const CARD_URI = `ui://${brand.uriScheme}/greeting-card`;

/** The card needs no permission from the host's sandbox, and draws its own border. */
const CARD_META = { ui: { csp: { connectDomains: [], resourceDomains: [] }, prefersBorder: false } };

/** Returns the card as a resource, filled in or as the template. */
const contents = (...card: Parameters<typeof renderGreetingCard>) => ({
  uri: CARD_URI,
  mimeType: RESOURCE_MIME_TYPE,
  text: renderGreetingCard(...card),
  _meta: CARD_META,
});

/** An MCP App: hosts that can show it read the template below and fill it in from the structured answer. */
export const greetingCard = defineTool({
  name: 'greeting_card',
  title: 'Greeting card',
  description: 'Shows a small interactive card that greets the person who is signed in. Use it to say hello.',
  inputSchema: z.object({
    message: z
      .string()
      .max(500)
      .default(`Welcome to ${brand.name}. How can we help you today?`)
      .describe('What the card says, 500 characters at most'),
  }),
  outputSchema: z.object({ username: z.string(), message: z.string() }),
  annotations: { readOnlyHint: true, openWorldHint: false },
  icons: icons.text,
  scopes: ['read'],
  ui: { resourceUri: CARD_URI, visibility: ['model', 'app'] },
  handler: ({ message }, { caller }) => {
    const card = { username: greetingName(caller), message };
    return {
      content: [
        { type: 'text', text: `Showed a greeting card to ${card.username}: ${message}` },
        // For hosts that show a resource in the answer instead of the template. Not meant for the model.
        { type: 'resource', annotations: { audience: ['user'] }, resource: contents(card) },
      ],
      structuredContent: card,
    };
  },
});

/** Returns the name to greet. A service with its own token is greeted as, say, "service reports"; others by their name. */
function greetingName({ kind, id, name }: Caller): string {
  return kind === 'service' && id === `service:${name}` ? `service ${name}` : name;
}

/** The template. Not listed for services, because they put every listed resource into their model's context. */
export const greetingCardTemplate = defineResource({
  name: 'greeting-card',
  uri: CARD_URI,
  title: 'Greeting card',
  description: 'The card that greeting_card shows',
  mimeType: RESOURCE_MIME_TYPE,
  _meta: CARD_META,
  icons: icons.text,
  scopes: ['read'],
  listed: (caller) => caller.kind === 'user',
  read: () => ({ contents: [contents()] }),
});
