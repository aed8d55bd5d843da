import { z } from 'zod';
import { uri } from '../brand.js';
import { icons } from '../icons.js';
import { defineTool, mediaOutputSchema, mediaResult, toolError } from '../platform/mcp/define.js';
import { listTopics } from '../shop/media-files.js';
import { validValues } from './valid-values.js';

export const sendAudioGuide = defineTool({
  name: 'send_audio_guide',
  title: 'Send an audio guide',
  description:
    'Sends the customer a short spoken guide. Use it when someone asks how delivery, assembly or returns work.',
  inputSchema: z.object({
    topic: z.string().min(1).max(100).describe('The topic: delivery, assembly or returns'),
  }),
  outputSchema: mediaOutputSchema,
  annotations: { readOnlyHint: true, openWorldHint: false },
  icons: icons.sound,
  scopes: ['read'],
  handler: async ({ topic }, { siteUrl }) => {
    const topics = await listTopics();
    if (!topics.includes(topic)) {
      const valid = validValues(topics, `the completion of ${uri('audio-guides/{topic}')}`);
      return toolError(`There is no audio guide on "${topic}". Valid topics are: ${valid}.`);
    }
    const filename = `${topic}.opus`;
    return mediaResult({
      text: `Listen to our guide on ${topic}.`,
      media: [{ type: 'audio', url: `${siteUrl}/audio/${encodeURIComponent(filename)}`, filename }],
    });
  },
});
