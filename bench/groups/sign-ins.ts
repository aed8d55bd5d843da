import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { addUser, hashPassword } from '../../src/accounts/users.js';
import { connectStore } from '../../src/platform/store/database.js';
import { endWithTests } from '../../test/support/programs/processes.js';
import type { Bench, Findings } from '../bench.js';
import { rollDice } from '../calls.js';
import { compare, measure, stopAll, type Target } from '../measure.js';
import { startPlain } from '../plain-servers.js';
import { settingsIn, startThisServer } from '../this-server.js';

const PEOPLE = Array.from({ length: 20 }, (_, index) => `person${index}`);
const PASSWORD = 'the password of everyone';

const IDLE = 'service token, nobody signs in';
const BUSY = `service token, ${PEOPLE.length} sign-ins at once`;

/** Calls of a service while people sign in, each again as soon as they have. */
export async function signIns(bench: Bench): Promise<Findings> {
  const directory = mkdtempSync(join(bench.directory, 'data-'));
  const settings = settingsIn(directory);
  const server = await startThisServer(bench, settings);
  await addPeople(settings['DATABASE_URL'] ?? '');
  const crowd = startCrowd(`http://localhost:${server.port}`);
  const call = rollDice('2026');
  const targets: Target[] = [
    await startPlain(bench, 'plain-express'),
    { name: IDLE, server, call },
    { name: BUSY, server, call },
  ];
  const perSecond: number[] = [];
  const rows = await measure(bench, targets, {
    async around({ name }) {
      if (name !== BUSY) return async () => {};
      crowd.begin();
      return async () => {
        perSecond.push(await crowd.end());
      };
    },
  });
  await crowd.stop();
  await stopAll(targets);
  return {
    rows,
    values: [
      ...compare(rows, BUSY, IDLE),
      { name: 'sign-ins beside the calls', unit: '/s', values: perSecond },
    ],
  };
}

async function addPeople(databaseUrl: string): Promise<void> {
  const store = await connectStore(databaseUrl);
  const passwordHash = await hashPassword(PASSWORD);
  for (const username of PEOPLE)
    await addUser(store, { username, name: username, passwordHash, scopes: 'read' });
  await store.destroy();
}

function startCrowd(url: string) {
  const child = endWithTests(
    fork(join(import.meta.dirname, '../load/sign-ins.ts'), [url, PASSWORD, ...PEOPLE], {
      execArgv: ['--import', 'tsx'],
    }),
  );
  return {
    begin: () => void child.send('begin'),
    /** @returns how many signed in each second */
    async end(): Promise<number> {
      const ended = once(child, 'message');
      child.send('end');
      const [message] = (await ended) as [{ perSecond: number } | { error: string }];
      if ('error' in message) throw new Error(message.error);
      return message.perSecond;
    },
    async stop(): Promise<void> {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
