import express, { Router } from 'express';
import { cors } from '../../http/cors.js';
import { allowMethods } from '../../http/methods.js';
import { wellFormedBody } from '../../http/well-formed.js';
import type { OAuthContext } from '../context.js';
import { noteClient } from './client-request.js';

/** Serves `POST /register` (RFC 7591). */
export function registerRoutes(context: OAuthContext): Router {
  const { registeredClients, limits } = context;
  const router = Router();
  router.use(
    '/register',
    cors('POST'),
    allowMethods(['POST']),
    express.json({ limit: '16kb' }),
    wellFormedBody,
  );
  router.post('/register', async (req, res) => {
    const count = () => limits.countRequest('register', req.ip ?? '');
    const client = await registeredClients.register(req.body, count);
    await noteClient(context, res, client.client_id);
    res.status(201).set('Cache-Control', 'no-store').json(client);
  });
  return router;
}
