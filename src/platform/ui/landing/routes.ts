import { Router } from 'express';
import { weightOf } from '../../http/accept.js';
import { logoFile } from '../logo.js';
import { pageTemplate } from '../page.js';
import { type LandingOptions, landingPage } from './page.js';

/** Serves `/` and `/favicon.svg` to everyone. Browsers revalidate both on every visit. */
export function landingRoutes(options: LandingOptions): Router {
  const { render, policy } = pageTemplate(options.brand, import.meta.dirname, 'landing');
  const page = render(landingPage(options));
  const icon = Buffer.from(logoFile(options.brand));
  const headers = { 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff' };
  const router = Router();
  router.get('/', (req, res, next) => {
    // Clients that are given the bare origin try to open a stream here. The last route tells them the endpoint.
    if (weightOf(req.headers.accept, 'text/html') === 0) return next();
    res
      .vary('Accept')
      .set({
        ...headers,
        'Content-Security-Policy': `${policy}; form-action 'none'`,
        'Referrer-Policy': 'no-referrer',
      })
      .type('html')
      .send(page);
  });
  router.get('/favicon.svg', (_req, res) => void res.set(headers).type('svg').send(icon));
  return router;
}
