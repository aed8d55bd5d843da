import type { Names } from './names.js';

/** Folders and files of the example business and of this command; each must exist when the command starts. */
export const EXAMPLE_PATHS = [
  'src/shop',
  'src/prompts/conversation-flow.ts',
  'src/prompts/customer-service-guidelines.ts',
  'src/resources/audio-guide.ts',
  'src/resources/catalogue.ts',
  'src/resources/company-info.ts',
  'src/resources/pricing.ts',
  'src/resources/product.ts',
  'src/tools/cancel-order.ts',
  'src/tools/get-order-status.ts',
  'src/tools/get-product-info.ts',
  'src/tools/send-audio-guide.ts',
  'src/tools/send-catalog.ts',
  'src/tools/send-product-image.ts',
  'src/tools/track-delivery.ts',
  'src/tools/valid-values.ts',
  'src/tools/whoami.ts',
  'public/audio',
  'public/images',
  'docs/images',
  'docs/shop.md',
  'scripts/make-media.ts',
  'scripts/media',
  'bench',
  'test/e2e/clients.test.ts',
  'test/e2e/nexus-messages.test.ts',
  'test/e2e/nexus.test.ts',
  'test/e2e/postgres.test.ts',
  'test/e2e/track-delivery.test.ts',
  'test/scripts/bench',
  'test/services.test.ts',
  'test/shop',
  'test/tools/cancel-order.test.ts',
  'test/tools/get-order-status.test.ts',
  'test/tools/get-product-info.test.ts',
  'test/tools/send-audio-guide.test.ts',
  'test/tools/send-catalog.test.ts',
  'test/tools/send-product-image.test.ts',
  'test/tools/track-delivery.test.ts',
  'test/tools/valid-values.test.ts',
  'scripts/init',
  'test/fork',
];

/** Packages that only the example uses. */
export const EXAMPLE_PACKAGES = [
  '@expo-google-fonts/figtree',
  'bidi-js',
  'dejavu-fonts-ttf',
  'fontkit',
  'pdfkit',
  '@types/fontkit',
  '@types/pdfkit',
  'ajv-formats',
  'pdfjs-dist',
];

/** Scripts of `package.json` that only the example uses, and this command. */
export const EXAMPLE_SCRIPTS = ['media', 'bench', 'bench:crowding', 'init'];

/** Files with blocks between the marks of the example, besides every Markdown file below `docs/`. */
export const MARKED_FILES = ['README.md', 'CONTRIBUTING.md', '.env.example', 'test/wild/README.md'];

/** A pattern that must match exactly once, and its replacement. */
export type Edit = [find: RegExp, replacement: string];

/** Returns the edits to files that stay, keyed by file. */
export function editsFor({ name, slug, uriScheme }: Names): Record<string, Edit[]> {
  const brand = {
    name,
    slug,
    uriScheme,
    tagline: `${name}, within reach of your assistant.`,
    description: `The MCP server of ${name}`,
    // A speech bubble, in the place of the shopping bag.
    logo: 'M4 5h16v11H10l-6 4z',
    supportEmail: `help@${slug}.example`,
  };
  return {
    'src/brand.ts': Object.entries(brand).map(([key, value]) => [
      RegExp(`^  ${key}: (['"]).*\\1,$`, 'm'),
      `  ${key}: ${JSON.stringify(value)},`,
    ]),
    'README.md': [[/^# .*/, `# ${name}`]],
    Dockerfile: [[/nexus-connext-mcp-server/, slug]],
    'test/deploy/image.test.ts': [
      [/^ *expect\(await client\.callTool\(\{ name: 'whoami' \}\)\)[^;]*;\n/m, ''],
      [/, '\/images\/lamp-arc\.jpg', '\/catalogs\/lighting\.pdf'/, ''],
    ],
    'tsconfig.json': [
      [/\s*"bench",/, ''],
      [/"scripts\/init\/template",\s*"test\/fork\/templates",\s*/, ''],
    ],
    'vitest.config.ts': [[/'test\/fork\/templates\/\*\*', /, '']],
    'knip.json': [
      [/("bench\/[^"]*",\s*)+/, ''],
      [/examples,bench,scripts/, 'examples,scripts'],
      [/"!bench\/peers\/\*\*",\s*/, ''],
      [/,\s*"!scripts\/init\/template\/\*\*",\s*"!test\/fork\/templates\/\*\*"/, ''],
      [/, "!test\/fork\/templates\/\*\*"/, ''],
      [/"@expo-google-fonts\/figtree", /, ''],
      [/"dejavu-fonts-ttf", /, ''],
    ],
  };
}
