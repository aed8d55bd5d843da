import { z } from 'zod';
import { uri } from '../brand.js';
import { icons } from '../icons.js';
import { definePrompt } from '../platform/mcp/define.js';

export const conversationFlow = definePrompt({
  name: 'conversation_flow',
  title: 'Conversation flow',
  description: 'The steps of a customer conversation, from greeting to goodbye',
  icons: icons.text,
  argsSchema: z.object({
    channel: z.string().optional().describe('Where the conversation takes place, such as WhatsApp'),
  }),
  complete: {
    channel: (typed) =>
      ['Messenger', 'WhatsApp', 'web chat'].filter((channel) =>
        channel.toLowerCase().startsWith(typed.toLowerCase()),
      ),
  },
  scopes: ['read'],
  get: ({ channel }) => `Lead the conversation${channel ? ` on ${channel}` : ''} in these steps:

1. Greet the customer and ask how you can help.
2. Find out whether it is about an order (get_order_status, track_delivery, cancel_order) or a product
   (get_product_info).
3. Call the tool, then answer in one or two sentences. Offer a catalogue (send_catalog), a picture
   (send_product_image) or a spoken guide (send_audio_guide) where it helps.
4. Ask whether anything else is needed.
5. Say goodbye. ${uri('company-info')} has the opening hours for what you could not solve.`,
});
