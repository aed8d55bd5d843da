import type { Router } from 'express';
import { cors } from './cors.js';
import { allowMethods } from './methods.js';

/** Serves a public JSON document at these paths to every origin. Clients may cache it for five minutes. */
export function publishDocument(
  router: Router,
  paths: string[],
  document: () => object | Promise<object>,
): void {
  router.use(paths, cors('GET'), allowMethods(['GET']));
  router.get(paths, async (_req, res) => {
    res.set('Cache-Control', 'public, max-age=300').json(await document());
  });
}
