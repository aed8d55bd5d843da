import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { endWithTests } from '../../test/support/programs/processes.js';
import type { Plan, Window } from './plan.js';

/** Sends load from a process of its own. */
export interface Generator {
  /** Runs one window at a time. @throws at the first wrong answer */
  run: (plan: Plan) => Promise<Window>;
  stop: () => Promise<void>;
}

/** Starts the process that sends the calls. */
export function startGenerator(): Generator {
  const child = endWithTests(
    fork(join(import.meta.dirname, 'generator.ts'), { execArgv: ['--import', 'tsx'] }),
  );
  let settle: { resolve: (window: Window) => void; reject: (error: Error) => void } | undefined;
  child.on('message', (message: { window: Window } | { error: string }) => {
    if ('error' in message) settle?.reject(new Error(message.error));
    else settle?.resolve(message.window);
  });
  child.on('exit', (code) => settle?.reject(new Error(`The generator ended with code ${code}`)));
  return {
    run: (plan) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        child.send(plan);
      }),
    async stop() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
