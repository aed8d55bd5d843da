import { Router } from 'express';
import { pingStore, type Store } from '../store/database.js';

/** How long the database may take to answer, in milliseconds. */
const PING_TIMEOUT_MS = 3000;

/**
 * Serves `GET /healthz` (the process is alive) and `GET /readyz` (it can do its work). Mount it before the host check,
 * because orchestrators connect by IP address.
 *
 * @param isDraining whether the server is stopping and must get no new work
 */
export function healthRoutes(store: Store, isDraining: () => boolean): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => void res.set('Cache-Control', 'no-store').json({ status: 'ok' }));
  router.get('/readyz', async (_req, res) => {
    res.set('Cache-Control', 'no-store');
    if (isDraining())
      return void res.status(503).json({ status: 'unavailable', reason: 'the server is stopping' });
    const answers = await Promise.race([
      pingStore(store).then(
        () => true,
        () => false,
      ),
      new Promise<boolean>((resolve) => setTimeout(resolve, PING_TIMEOUT_MS, false).unref()),
    ]);
    if (answers) return void res.json({ status: 'ok' });
    res.status(503).json({ status: 'unavailable', reason: 'the database does not answer' });
  });
  return router;
}
