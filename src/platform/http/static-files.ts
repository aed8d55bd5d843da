import { extname, join } from 'node:path';
import express, { type Response, Router } from 'express';

/** The same place from `src/` and from `dist/`. */
const PUBLIC_DIRECTORY = join(import.meta.dirname, '../../../public');

/** Seconds. File names carry no version, so a changed file is seen by everyone after this time. */
const MEDIA_MAX_AGE = 7 * 24 * 3600;

/** Images and audio guides; everything else is checked with the server each time. */
const MEDIA = /^\.(jpe?g|png|webp|opus|ogg|mp3)$/;

/**
 * Serves the files of `public/` to everyone: images and audio, with ranges and `ETag`. What is not there falls
 * through to the routes after it: hidden files, folders, and every path that leaves `public/`.
 */
export function mediaFiles(directory = PUBLIC_DIRECTORY): Router {
  const router = Router();
  router.use(express.static(directory, { dotfiles: 'ignore', index: false, redirect: false, setHeaders }));
  return router;
}

function setHeaders(res: Response, path: string): void {
  const ending = extname(path).toLowerCase();
  res.set('X-Content-Type-Options', 'nosniff');
  // Pages and cards of other origins may show and read what everyone may download.
  if (MEDIA.test(ending)) res.set('Access-Control-Allow-Origin', '*');
  res.set('Cache-Control', MEDIA.test(ending) ? `public, max-age=${MEDIA_MAX_AGE}` : 'no-cache');
  // WhatsApp accepts Opus only under the name of its container.
  if (ending === '.opus') res.set('Content-Type', 'audio/ogg');
}
