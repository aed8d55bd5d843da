import express, { Router } from 'express';
import { cors } from '../../http/cors.js';
import type { OAuthContext } from '../context.js';
import { onlyPost } from './token.js';

/** `POST /register` (RFC 7591). */
export function registerRoutes({ registeredClients, limits }: OAuthContext): Router {
  const router = Router();
  router.use('/register', cors('POST'), onlyPost, express.json({ limit: '16kb' }));
  router.post('/register', async (req, res) => {
    const count = () => limits.countRequest('register', req.ip ?? '');
    res.status(201).json(await registeredClients.register(req.body, count));
  });
  return router;
}
