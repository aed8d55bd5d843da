import { extname, join } from 'node:path';
import express, { type Response, Router } from 'express';

/** The same folder whether this runs from `src/` or from `dist/`. */
const PUBLIC_DIRECTORY = join(import.meta.dirname, '../../../public');

/** Seconds. File names carry no version, so a changed file can take this long to reach everyone. */
const MEDIA_MAX_AGE = 7 * 24 * 3600;

/** Files that clients may cache. They revalidate all others on every use. */
const MEDIA = /^\.(jpe?g|png|webp|opus|ogg|mp3)$/;

/**
 * Serves the files of `public/` to everyone, with ranges and `ETag`. Requests for missing files, hidden files, folders
 * and paths outside `public/` fall through to the next route.
 */
export function mediaFiles(directory = PUBLIC_DIRECTORY): Router {
  const router = Router();
  router.use(express.static(directory, { dotfiles: 'ignore', index: false, redirect: false, setHeaders }));
  return router;
}

function setHeaders(res: Response, path: string): void {
  const ending = extname(path).toLowerCase();
  res.set('X-Content-Type-Options', 'nosniff');
  // Pages and cards of other origins may read what everyone may download.
  if (MEDIA.test(ending)) res.set('Access-Control-Allow-Origin', '*');
  res.set('Cache-Control', MEDIA.test(ending) ? `public, max-age=${MEDIA_MAX_AGE}` : 'no-cache');
  // WhatsApp accepts Opus only under the name of its container.
  if (ending === '.opus') res.set('Content-Type', 'audio/ogg');
}
