import { extname } from 'node:path';
import type { CallToolResult } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { structured } from './define-tool.js';

/** MIME types by file extension, for each type of attachment. */
const MIME_TYPES = {
  document: {
    '.pdf': 'application/pdf',
    '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    '.pptx': 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    '.csv': 'text/csv',
    '.txt': 'text/plain',
  },
  image: { '.jpg': 'image/jpeg', '.jpeg': 'image/jpeg', '.png': 'image/png', '.webp': 'image/webp' },
  // WhatsApp plays Opus in an Ogg container, which is what an ".opus" file is.
  audio: { '.opus': 'audio/ogg', '.ogg': 'audio/ogg', '.mp3': 'audio/mpeg', '.m4a': 'audio/mp4' },
} as const;

/** How the chat platforms show an attachment. */
export type MediaType = keyof typeof MIME_TYPES;

/** A file to forward to the customer. */
export type MediaItem = {
  /** A public, absolute URL: the chat platform downloads it without a token. Build it from `siteUrl`. */
  url: string;
  /** The name the customer sees, without a path. */
  filename: string;
} & (
  | { type: 'document'; mime_type?: `application/${string}` | `text/${string}` }
  | { type: 'image'; mime_type?: `image/${string}` }
  | { type: 'audio'; mime_type?: `audio/${string}` }
);

const MIME_PATTERNS: Record<MediaType, RegExp> = {
  document: /^(application|text)\/\S+$/,
  image: /^image\/\S+$/,
  audio: /^audio\/\S+$/,
};

/** Refuses paths, drives, and characters that disguise the name: control characters and marks that change direction. */
const FILE_NAME =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
  /^[^/\\:\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+$/;

const NO_FILE_NAME = 'must be a file name without a path or invisible characters';

const item = z
  .object({
    type: z.enum(['document', 'image', 'audio']),
    url: z
      .url('must be an absolute URL')
      .regex(/^https?:\/\//, 'must be an absolute http(s) URL')
      .refine(isPlain, 'must be written as new URL(url).href gives it, escaped and without credentials'),
    filename: z
      .string()
      .min(1)
      .max(255)
      .regex(FILE_NAME, NO_FILE_NAME)
      .refine((name) => name !== '.' && name !== '..', NO_FILE_NAME),
    mime_type: z.string(),
  })
  .refine(({ type, mime_type }) => MIME_PATTERNS[type].test(mime_type), {
    path: ['mime_type'],
    error: 'does not belong to that type of media',
  });

/** The `outputSchema` of every tool that answers with `mediaResult`. */
export const mediaOutputSchema = z.object({
  text: z.string().describe('What to say along with the files'),
  media: z.array(item).min(1).describe('Files to forward to the customer'),
});

/**
 * Returns an answer with files, in the format JackAI Nexus forwards to WhatsApp and Messenger: one text block whose
 * text is JSON, and the same object as structured content.
 *
 * @param answer a missing `mime_type` is derived from the file extension
 * @example
 * return mediaResult({
 *   text: 'Here is our menu.',
 *   media: [{ type: 'document', url: `${siteUrl}/files/menu.pdf`, filename: 'menu.pdf' }],
 * });
 * @throws {TypeError} naming the problem when an attachment breaks the contract, which is a mistake in the tool
 */
export function mediaResult(answer: {
  text: string;
  media: MediaItem[];
}): CallToolResult & { structuredContent: z.output<typeof mediaOutputSchema> } {
  const media = answer.media.map((each) => ({ ...each, mime_type: each.mime_type ?? mimeTypeOf(each) }));
  const checked = mediaOutputSchema.safeParse({ ...answer, media });
  if (!checked.success) throw new TypeError(`Not a media answer: ${z.prettifyError(checked.error)}`);
  return structured(checked.data);
}

/** Checks that every program that downloads the URL will request the same file from the same host. */
function isPlain(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { href, username, password } = new URL(url);
  return href === url && username === '' && password === '';
}

/** Returns the MIME type for a file extension of any media type, or an empty string if it is unknown. */
function mimeTypeOf({ filename }: MediaItem): string {
  const all: Record<string, string> = { ...MIME_TYPES.document, ...MIME_TYPES.image, ...MIME_TYPES.audio };
  return all[extname(filename).toLowerCase()] ?? '';
}
