import { uri } from '../brand.js';
import { icons } from '../icons.js';
import { defineResourceTemplate, ResourceNotFoundError } from '../platform/mcp/define.js';
import { listTopics, readTranscript } from '../shop/media-files.js';

export const audioGuide = defineResourceTemplate({
  name: 'audio-guide',
  uriTemplate: uri('audio-guides/{topic}'),
  title: 'What an audio guide says',
  description: 'The words of the recording that send_audio_guide sends',
  mimeType: 'text/plain',
  icons: icons.sound,
  scopes: ['read'],
  cacheHint: { ttlMs: 3_600_000, cacheScope: 'public' },
  complete: {
    topic: async (typed) => (await listTopics()).filter((topic) => topic.startsWith(typed)),
  },
  read: async ({ topic }, { uri }) => {
    const transcript = await readTranscript(topic);
    if (transcript === undefined) throw new ResourceNotFoundError(uri);
    return transcript;
  },
});
