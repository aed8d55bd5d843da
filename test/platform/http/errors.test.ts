import { Router } from 'express';
import { expect, it } from 'vitest';
import { startApp } from '../../support/app/app.js';

it('an unexpected failure shows a reference, and the log has the stack under it', async () => {
  const router = Router().get('/fails', () => {
    throw new Error('password=SECRET');
  });
  const app = await startApp({}, {}, { routes: [router] });
  const response = await fetch(`${app.url}/fails`);
  expect(response.status).toBe(500);
  const body = (await response.json()) as { error: string; error_description: string };
  expect(body.error).toBe('server_error');
  expect(JSON.stringify(body)).not.toContain('SECRET');
  const requestId = response.headers.get('x-request-id') ?? 'none';
  expect(body.error_description).toContain(requestId);
  expect(app.logs).toContainEqual(
    expect.objectContaining({
      requestId,
      msg: 'request failed',
      err: expect.objectContaining({ stack: expect.stringContaining('at ') }),
    }),
  );
  await app.stop();
});
