import { expect, it } from 'vitest';
import { seedShop } from '../../src/shop/seed.js';
import { sendAudioGuide } from '../../src/tools/send-audio-guide.js';
import { startTools } from '../support/tools/start-tools.js';

const shop = await startTools({ tools: [sendAudioGuide], demoData: seedShop });
const call = (topic: string) => shop.call('send_audio_guide', { topic });

it('links to the recording as Ogg', async () => {
  expect((await call('returns')).structuredContent).toEqual({
    text: 'Listen to our guide on returns.',
    media: [
      {
        type: 'audio',
        url: `${shop.url}/audio/returns.opus`,
        filename: 'returns.opus',
        mime_type: 'audio/ogg',
      },
    ],
  });
});

it.each(['warranty', 'Returns', '../images/lamp-arc', '.'])(
  'names the valid topics for "%s"',
  async (topic) => {
    expect(await call(topic)).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('assembly, delivery, returns') }],
    });
  },
);
