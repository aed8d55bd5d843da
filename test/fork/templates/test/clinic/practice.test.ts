import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createPractice } from '../../src/clinic/practice.js';

const signal = AbortSignal.timeout(10_000);

/** Serves practice software that always gives the same answer. */
async function practiceThatAnswers(status: number, body: unknown): Promise<string> {
  const server = createServer((_req, res) => res.writeHead(status).end(JSON.stringify(body)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('asks the practice software which times are free', async () => {
  const practice = createPractice(await practiceThatAnswers(200, ['09:30']));
  expect(await practice.freeTimes('2030-03-01', signal)).toEqual(['09:30']);
});

it('fails when the software fails or its answer makes no sense', async () => {
  const failing = createPractice(await practiceThatAnswers(500, []));
  await expect(failing.freeTimes('2030-03-01', signal)).rejects.toThrow('answers 500');
  const confused = createPractice(await practiceThatAnswers(200, { free: 1 }));
  await expect(confused.freeTimes('2030-03-01', signal)).rejects.toThrow();
});

it('has free mornings when it has no address', async () => {
  expect(await createPractice(undefined).freeTimes('2030-03-01', signal)).toContain('09:00');
});
