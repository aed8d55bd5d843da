import { describe, expect, it } from 'vitest';
import { type MediaItem, mediaOutputSchema, mediaResult } from '../../../src/platform/mcp/media.js';

const pdf: MediaItem = { type: 'document', url: 'https://shop.example/a.pdf', filename: 'a.pdf' };
const answerWith = (item: object) => mediaResult({ text: 'Here', media: [{ ...pdf, ...item } as MediaItem] });

it('is one text block of JSON, and the same object as structured content', () => {
  const result = mediaResult({ text: 'Here', media: [pdf] });
  expect(result.content).toHaveLength(1);
  const [block] = result.content;
  if (block?.type !== 'text') throw new Error('not a text block');
  expect(JSON.parse(block.text)).toEqual({
    text: 'Here',
    media: [{ ...pdf, mime_type: 'application/pdf' }],
  });
  expect(result.structuredContent).toEqual(JSON.parse(block.text));
  expect(mediaOutputSchema.safeParse(result.structuredContent).success).toBe(true);
});

it('keeps several attachments in order', () => {
  const picture: MediaItem = { type: 'image', url: 'http://localhost:8000/b.jpg', filename: 'b.jpg' };
  const { media } = mediaResult({ text: '', media: [picture, pdf] }).structuredContent;
  expect(media.map(({ filename }) => filename)).toEqual(['b.jpg', 'a.pdf']);
});

it.each([
  ['document', 'a.pdf', 'application/pdf'],
  ['document', 'a.csv', 'text/csv'],
  ['image', 'A.JPG', 'image/jpeg'],
  ['image', 'a.png', 'image/png'],
  ['audio', 'a.opus', 'audio/ogg'],
  ['audio', 'a.mp3', 'audio/mpeg'],
])('knows the MIME type of a %s named %s', (type, filename, mime_type) => {
  expect(answerWith({ type, filename }).structuredContent.media[0]).toMatchObject({ mime_type });
});

it.each(['Übersicht (neu) 2.pdf', 'हिन्दी.pdf', 'נר.pdf', `${'a'.repeat(251)}.pdf`])(
  'accepts the file name %.30s',
  (filename) => {
    expect(answerWith({ filename }).structuredContent.media[0]).toMatchObject({ filename });
  },
);

it('keeps a MIME type that is given', () => {
  const item = { mime_type: 'application/zip', filename: 'a.zip' };
  expect(answerWith(item).structuredContent.media[0]).toMatchObject(item);
});

describe('refuses', () => {
  it.each([
    ['an unknown type', { type: 'video' }, /type/],
    ['a relative URL', { url: '/a.pdf' }, /url/],
    ['a URL without host', { url: 'http:a.pdf' }, /url/],
    ['a file URL', { url: 'file:///etc/passwd' }, /url/],
    ['a data URL', { url: 'data:application/pdf,x' }, /url/],
    ['a URL with an empty host', { url: 'https:///a.pdf' }, /url/],
    ['a URL with credentials', { url: 'https://user:secret@shop.example/a.pdf' }, /url/],
    ['a URL with a name only', { url: 'https://user@shop.example/a.pdf' }, /url/],
    ['a URL with a password only', { url: 'https://:secret@shop.example/a.pdf' }, /url/],
    ['a URL that is not escaped', { url: 'https://shop.example/a b.pdf' }, /url/],
    ['a URL that leads elsewhere', { url: 'https://shop.example/x/../a.pdf' }, /url/],
    ['a path as file name', { filename: 'x/a.pdf' }, /filename/],
    ['a Windows path as file name', { filename: 'x\\a.pdf' }, /filename/],
    ['".." as file name', { filename: '..' }, /filename/],
    ['a line break in the file name', { filename: 'a\n.pdf' }, /filename/],
    ['a drive in the file name', { filename: 'C:a.pdf' }, /filename/],
    ['a C1 control character in the file name', { filename: 'a\u0085.pdf' }, /filename/],
    ['a file name that turns its direction', { filename: 'a\u202efdp.exe' }, /filename/],
    ['a file name that isolates a direction', { filename: 'a\u2067.pdf' }, /filename/],
    ['a file name of 256 characters', { filename: `${'a'.repeat(252)}.pdf` }, /filename/],
    ['no file name', { filename: '' }, /filename/],
    ['an ending it does not know, without MIME type', { filename: 'a.xyz' }, /mime_type/],
    ['a MIME type of another kind', { mime_type: 'image/png' }, /mime_type/],
    ['an ending of another kind', { type: 'image' }, /mime_type/],
  ])('%s', (_what, item, message) => {
    expect(() => answerWith(item)).toThrow(TypeError);
    expect(() => answerWith(item)).toThrow(message);
  });

  it('an answer without attachments', () => {
    expect(() => mediaResult({ text: 'Here', media: [] })).toThrow(/media/);
  });
});

it('is checked by the compiler too', () => {
  // @ts-expect-error a picture is not a document
  const wrongKind: MediaItem = { type: 'image', url: '', filename: '', mime_type: 'application/pdf' };
  // @ts-expect-error there is no such type
  const wrongType: MediaItem = { type: 'video', url: '', filename: '' };
  expect([wrongKind, wrongType]).toHaveLength(2);
});
