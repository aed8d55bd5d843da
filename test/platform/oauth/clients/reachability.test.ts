import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  learnReachability,
  type Reachability,
  type ReachabilityOptions,
} from '../../../../src/platform/oauth/clients/reachability.js';

/** The hosts that answer. Everything else cannot be reached. */
const alive = new Set<string>();
const lines: { hosts?: string[]; reason?: string }[] = [];
let reachability: Reachability;
let asked: string[];

beforeEach(() => {
  vi.useFakeTimers();
  alive.clear();
  lines.length = 0;
  asked = [];
});
afterEach(() => {
  reachability.close();
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(1);
const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * 60_000);
async function start(options: Partial<ReachabilityOptions> = {}): Promise<void> {
  const log = (line: object) => void lines.push(line);
  reachability = learnReachability({
    logger: { info: log, warn: log } as ReachabilityOptions['logger'],
    probe: undefined,
    expected: [],
    used: async () => [],
    ask: async ({ hostname }) => {
      asked.push(hostname);
      return alive.has(hostname);
    },
    ...options,
  });
  await settle();
}
/** Lets a client name a document at each of these hosts. */
async function name(...hosts: string[]): Promise<void> {
  for (const host of hosts) {
    const url = new URL(`https://${host}/client.json`);
    if (alive.has(host)) reachability.noteAnswer(url);
    else reachability.noteFailure(url);
    await settle();
  }
}
const hosts =
  (...names: string[]) =>
  async () =>
    names.map((host) => `https://${host}/client.json`);

describe('a server on which no document ever worked', () => {
  it('advertises documents until the first site fails', async () => {
    await start();
    expect(reachability.isAdvertised()).toBe(true);
    await name('chatgpt.com');
    expect(reachability.isAdvertised()).toBe(false);
    expect(lines).toEqual([{ hosts: ['chatgpt.com'] }]);
  });

  it('advertises documents of an allowed domain that is silent itself, until a document fails', async () => {
    await start({ expected: ['https://claude.ai/'] });
    expect(reachability.isAdvertised()).toBe(true);
    await name('docs.claude.ai');
    expect(reachability.isAdvertised()).toBe(false);
    await minutes(3 * 24 * 60);
    expect(reachability.isAdvertised()).toBe(false);
    alive.add('claude.ai');
    await minutes(61);
    expect(reachability.isAdvertised()).toBe(true);
  });

  it('goes on when a document fails and an allowed domain answers', async () => {
    alive.add('claude.ai');
    await start({ expected: ['https://claude.ai/'] });
    await minutes(2);
    await name('docs.claude.ai');
    expect(reachability.isAdvertised()).toBe(true);
  });

  it('advertises documents again as soon as a host answers', async () => {
    await start();
    await name('chatgpt.com', 'claude.ai');
    alive.add('claude.ai');
    await name('claude.ai');
    expect(reachability.isAdvertised()).toBe(true);
  });

  it('asks the failed hosts again by itself, less and less often', async () => {
    await start();
    await name('chatgpt.com', 'claude.ai');
    asked = [];
    await minutes(180);
    expect(asked.length).toBeGreaterThan(8);
    expect(asked.length).toBeLessThan(20);
    alive.add('chatgpt.com');
    await minutes(61);
    expect(reachability.isAdvertised()).toBe(true);
    asked = [];
    await minutes(180);
    expect(asked).toEqual([]);
  });

  it('tries documents again after a day, because strangers may have named every host', async () => {
    await start();
    await name('dead.example', 'other.invalid');
    await minutes(23 * 60);
    expect(reachability.isAdvertised()).toBe(false);
    await minutes(120);
    expect(reachability.isAdvertised()).toBe(true);
  });
});

describe('a server that has fetched a document', () => {
  beforeEach(async () => {
    await start();
    alive.add('claude.ai');
    await name('claude.ai');
    await minutes(2);
  });

  it('is not misled by a stranger who names dead sites, because the host of that document answers', async () => {
    for (let index = 0; index < 20; index += 1) {
      await minutes(2);
      await name(`dead-${index}.evil.example`, `dead.evil-${index}.test`);
    }
    expect(reachability.isAdvertised()).toBe(true);
  });

  it('advertises none once that host and another one have failed', async () => {
    alive.clear();
    await name('claude.ai');
    expect(reachability.isAdvertised()).toBe(true);
    await name('chatgpt.com');
    expect(reachability.isAdvertised()).toBe(false);
  });
});

describe('a server through whose documents people sign in', () => {
  it('is not misled by any number of dead hosts, because a known one answers', async () => {
    alive.add('claude.ai');
    await start({ used: hosts('claude.ai', 'chatgpt.com') });
    for (let index = 0; index < 20; index += 1) {
      await minutes(2);
      await name(`dead-${index}.evil.example`, `dead.evil-${index}.test`);
    }
    expect(reachability.isAdvertised()).toBe(true);
  });

  it('is not misled by strangers whose hosts answer first, and then die', async () => {
    alive.add('claude.ai');
    await start({ used: hosts('claude.ai') });
    const evil = Array.from({ length: 8 }, (_, index) => `doc.evil-${index}.example`);
    for (const host of evil) alive.add(host);
    await name(...evil);
    for (const host of evil) alive.delete(host);
    await minutes(2);
    await name(...evil);
    expect(reachability.isAdvertised()).toBe(true);
  });

  it('advertises none from the start when no known host answers, and stays so for days', async () => {
    await start({ used: hosts('claude.ai', 'chatgpt.com') });
    expect(reachability.isAdvertised()).toBe(false);
    await minutes(3 * 24 * 60);
    expect(reachability.isAdvertised()).toBe(false);
    alive.add('chatgpt.com');
    await minutes(61);
    expect(reachability.isAdvertised()).toBe(true);
    expect(lines.at(-1)).toEqual({ reason: 'chatgpt.com answered' });
  });

  it('goes on when the only known host is down', async () => {
    await start({ used: hosts('claude.ai') });
    await name('claude.ai');
    expect(reachability.isAdvertised()).toBe(true);
  });
});

describe('a configured probe', () => {
  it('decides alone, from the start', async () => {
    await start({ probe: 'https://www.example.com/', used: hosts('claude.ai') });
    expect(asked).toEqual(['www.example.com']);
    expect(reachability.isAdvertised()).toBe(false);
    alive.add('www.example.com');
    await minutes(1);
    expect(reachability.isAdvertised()).toBe(true);
    await minutes(2);
    await name('chatgpt.com', 'claude.ai', 'other.invalid');
    expect(reachability.isAdvertised()).toBe(true);
  });
});

it('a probe that is an allowed domain, too, decides all the same', async () => {
  await start({ probe: 'https://claude.ai/', expected: ['https://claude.ai/'] });
  expect(reachability.isAdvertised()).toBe(false);
});

it('asks nobody once it is closed', async () => {
  await start();
  await name('chatgpt.com', 'claude.ai');
  reachability.close();
  asked = [];
  await minutes(120);
  expect(asked).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

it('goes on when the store fails', async () => {
  await start({ used: () => Promise.reject(new Error('The store is down')) });
  await name('chatgpt.com');
  expect(reachability.isAdvertised()).toBe(true);
  expect(lines[0]).toMatchObject({ err: expect.any(Error) });
});
