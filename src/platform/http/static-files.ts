import express, { Router } from 'express';
import { cors } from './cors.js';

/** Milliseconds. Names carry no version, so a changed file is seen by everyone after this time. */
const MAX_AGE_MS = 7 * 24 * 3_600_000;

/**
 * Serves the files of a folder to everyone, with ranges, `ETag` and long caching. What is not there, hidden files
 * and folders themselves fall through to the routes after it.
 *
 * @param path where the folder appears, such as `/images`
 * @param directory absolute path of the folder
 */
export function staticFiles(path: string, directory: string): Router {
  const router = Router();
  router.use(
    path,
    cors('GET, HEAD'),
    express.static(directory, {
      dotfiles: 'ignore',
      index: false,
      redirect: false,
      maxAge: MAX_AGE_MS,
      setHeaders: (res) => res.set('X-Content-Type-Options', 'nosniff'),
    }),
  );
  return router;
}
