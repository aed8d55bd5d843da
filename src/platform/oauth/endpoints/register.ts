import express, { Router } from 'express';
import { cors } from '../../http/cors.js';
import { allowMethods } from '../../http/methods.js';
import { localsOf } from '../../http/request-locals.js';
import { displayName } from '../clients/display-name.js';
import { registerClient } from '../clients/registration.js';
import type { OAuthContext } from '../context.js';

/** `POST /register` (RFC 7591). */
export function registerRoutes({ store, limits }: OAuthContext): Router {
  const router = Router();
  router.use('/register', cors('POST'), allowMethods(['POST']), express.json({ limit: '16kb' }));
  router.post('/register', async (req, res) => {
    const count = () => limits.countRequest('register', req.ip ?? '');
    const client = await registerClient(store, req.body, count);
    localsOf(res).clientName = displayName(client.client_name ?? '');
    res.status(201).set('Cache-Control', 'no-store').json(client);
  });
  return router;
}
