import express, { Router } from 'express';
import { cors } from '../../http/cors.js';
import { allowMethods } from '../../http/methods.js';
import type { OAuthContext } from '../context.js';
import { noteClient } from './client-request.js';

/** Serves `POST /register` (RFC 7591). */
export function registerRoutes(context: OAuthContext): Router {
  const { registeredClients, limits } = context;
  const router = Router();
  router.use('/register', cors('POST'), allowMethods(['POST']), express.json({ limit: '16kb' }));
  router.post('/register', async (req, res) => {
    const address = req.ip ?? '';
    const count = () => limits.countRequest('register', address);
    const client = await registeredClients.register(req.body, { address, count });
    await noteClient(context, res, client.client_id);
    res.status(201).set('Cache-Control', 'no-store').json(client);
  });
  return router;
}
