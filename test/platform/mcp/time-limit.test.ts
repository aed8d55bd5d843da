import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { type Stop, withTimeLimit } from '../../../src/platform/mcp/time-limit.js';

const MINUTE = 60_000;
const never = () => new Promise<never>(() => {});

describe('a handler under a time limit', () => {
  it('answers before the limit', async () => {
    await expect(withTimeLimit(MINUTE, new AbortController().signal, async () => 'done')).resolves.toBe(
      'done',
    );
  });

  it('fails with its own error', async () => {
    const run = () => Promise.reject(new Error('own'));
    await expect(withTimeLimit(MINUTE, new AbortController().signal, run)).rejects.toThrow('own');
  });

  it('costs the request no listener when it does not look at its signal', async () => {
    const { signal } = new AbortController();
    const listen = vi.spyOn(signal, 'addEventListener');
    await withTimeLimit(MINUTE, signal, async (stop) => stop.isOver);
    expect(listen).not.toHaveBeenCalled();
    await withTimeLimit(MINUTE, signal, async (stop) => stop.signal);
    expect(listen).toHaveBeenCalledOnce();
  });

  it('is told of the limit, also when it looks only afterwards', async () => {
    const seen: Stop[] = [];
    let early: AbortSignal | undefined;
    const answer = await withTimeLimit(1, new AbortController().signal, (stop) => {
      early = stop.signal;
      return never();
    });
    await withTimeLimit(1, new AbortController().signal, (stop) => {
      seen.push(stop);
      return never();
    });
    expect(answer).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('0.001 s') }] });
    expect(early).toMatchObject({ aborted: true, reason: { name: 'TimeoutError' } });
    expect(seen[0]).toMatchObject({
      isOver: true,
      signal: { aborted: true, reason: { name: 'TimeoutError' } },
    });
  });

  it('is told that the client has cancelled, and why', async () => {
    const cancel = new AbortController();
    const told = withTimeLimit(MINUTE, cancel.signal, async (stop) => {
      await once(stop.signal, 'abort');
      return stop;
    });
    cancel.abort('not needed');
    expect(await told).toMatchObject({ isOver: true, signal: { reason: 'not needed' } });
  });

  it('finds a signal that has aborted when the client cancelled before it looked', async () => {
    const cancel = new AbortController();
    const told = withTimeLimit(MINUTE, cancel.signal, async (stop) => {
      cancel.abort('not needed');
      return stop;
    });
    expect(await told).toMatchObject({ isOver: true, signal: { aborted: true, reason: 'not needed' } });
  });

  it('keeps one signal, with its first reason', async () => {
    const cancel = new AbortController();
    let kept: Stop | undefined;
    await withTimeLimit(1, cancel.signal, (stop) => {
      kept = stop;
      return never();
    });
    cancel.abort('later');
    expect(kept?.signal).toBe(kept?.signal);
    expect(kept?.signal.reason).toMatchObject({ name: 'TimeoutError' });
  });
});
