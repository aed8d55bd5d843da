import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendAudioGuide } from '../../src/tools/send-audio-guide.js';
import type { TestApp } from '../support/app/app.js';
import { connectLegacy } from '../support/app/clients.js';
import { startShop } from '../support/app/tools.js';

let app: TestApp;
let client: Awaited<ReturnType<typeof connectLegacy>>;
beforeAll(async () => {
  app = await startShop(sendAudioGuide);
  client = await connectLegacy(app.mcpUrl);
});
afterAll(async () => {
  await client.close();
  await app.stop();
});

const call = (topic: string) => client.callTool({ name: 'send_audio_guide', arguments: { topic } });

it('links the recording as Ogg', async () => {
  expect((await call('returns')).structuredContent).toEqual({
    text: 'Listen to our guide on returns.',
    media: [
      {
        type: 'audio',
        url: `${app.url}/audio/returns.opus`,
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
