import { expect, it, onTestFinished } from 'vitest';
import { UnavailableError } from '../../../../../src/platform/http/errors.js';
import { startApp } from '../../../../support/app/app.js';
import { post } from '../../../../support/app/clients.js';
import { tools } from '../../../../support/lane/tools.js';

it('a call at which the fast lane fails is answered by the other way, and the fault is in the log', async () => {
  let fails = false;
  const [echo] = tools.filter(({ name }) => name === 'echo');
  const faulty = Object.defineProperty({ ...echo } as NonNullable<typeof echo>, 'scopes', {
    get() {
      // Only the lane looks at it after the start.
      if (fails) throw new Error('a fault');
      return ['notes:read'];
    },
  });
  const app = await startApp({ tools: [faulty] }, { FAST_LANE: 'on' });
  onTestFinished(() => app.stop());
  fails = true;
  const params = { name: 'echo', arguments: { text: 'heard' } };
  const response = await post(app.mcpUrl, { jsonrpc: '2.0', id: 1, method: 'tools/call', params });
  expect(await response.text()).toContain('heard');
  expect(app.logs).toContainEqual(
    expect.objectContaining({ level: 50, msg: 'the fast lane failed', requestId: expect.any(String) }),
  );
  const lines = () => app.logs.filter(({ msg }) => msg === 'request');
  await expect.poll(lines).toEqual([expect.objectContaining({ rpcName: 'echo', status: 200 })]);
  expect(lines()[0]).not.toHaveProperty('lane');
});

it('a caller who cannot be checked is told so after one attempt', async () => {
  let attempts = 0;
  const verify = () => {
    attempts += 1;
    return Promise.reject(new UnavailableError('The directory does not answer'));
  };
  const app = await startApp({}, {}, { verifiers: [verify] });
  onTestFinished(() => app.stop());
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  const response = await post(app.mcpUrl, message, { Authorization: 'Bearer unknown' });
  expect(response.status).toBe(503);
  expect(await response.text()).toContain('The directory does not answer');
  expect(attempts).toBe(1);
});
