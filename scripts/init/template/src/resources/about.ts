import { brand, uri } from '../brand.js';
import { icons } from '../icons.js';
import { defineResource } from '../platform/mcp/define.js';

export const about = defineResource({
  name: 'about',
  uri: uri('about'),
  title: `About ${brand.name}`,
  description: 'Who we are and how to reach us',
  mimeType: 'text/markdown',
  icons: icons.text,
  annotations: { audience: ['assistant'], priority: 0.8 },
  scopes: ['read'],
  cacheHint: { ttlMs: 3_600_000, cacheScope: 'public' },
  read: () => `# ${brand.name}

${brand.tagline}

- Mail: ${brand.supportEmail}
`,
});
