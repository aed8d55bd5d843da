import { Router } from 'express';

/** Seconds. By then the database may be back, or another server may have taken over. */
const RETRY_AFTER = '5';

/**
 * Serves `GET /healthz` (the process is alive) and `GET /readyz` (it can do its work). Mount it before the host check,
 * because orchestrators connect by IP address.
 *
 * @param unreadiness resolves with what keeps the server from working, without internals, or `undefined`
 * @param isDraining whether the server is stopping and must get no new work
 */
export function healthRoutes(
  unreadiness: () => Promise<string | undefined>,
  isDraining: () => boolean,
): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => void res.set('Cache-Control', 'no-store').json({ status: 'ok' }));
  router.get('/readyz', async (_req, res) => {
    res.set('Cache-Control', 'no-store');
    const reason = isDraining() ? 'the server is stopping' : await unreadiness();
    if (reason === undefined) return void res.json({ status: 'ok' });
    res.set('Retry-After', RETRY_AFTER).status(503).json({ status: 'unavailable', reason });
  });
  return router;
}
