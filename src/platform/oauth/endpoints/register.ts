import express, { Router } from 'express';
import { cors } from '../../http/cors.js';
import { registerClient } from '../clients/registration.js';
import type { OAuthContext } from '../context.js';
import { onlyPost } from './token.js';

/** `POST /register` (RFC 7591). */
export function registerRoutes({ store, limits }: OAuthContext): Router {
  const router = Router();
  router.use('/register', cors('POST'), onlyPost, express.json({ limit: '16kb' }));
  router.post('/register', async (req, res) => {
    const count = () => limits.countRequest('register', req.ip ?? '');
    res.status(201).json(await registerClient(store, req.body, count));
  });
  return router;
}
