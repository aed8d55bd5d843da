import type { ChildProcess } from 'node:child_process';

/** What a process gets when the tests end before it: its id, and the signal that ends it with its own children. */
const running = new Map<number, NodeJS.Signals>();

/**
 * Ends a process with the tests that started it, however these end: the worker of a test file kills what still runs when
 * it exits or is told to stop. Every `spawn` of a test passes through here.
 *
 * @param signal for a program whose children outlive a SIGKILL of their parent, one at which it ends them first
 */
export function endWithTests<Child extends ChildProcess>(
  child: Child,
  signal: NodeJS.Signals = 'SIGKILL',
): Child {
  const { pid } = child;
  if (pid === undefined) return child;
  watchWorker();
  running.set(pid, signal);
  child.once('exit', () => running.delete(pid));
  return child;
}

let watching = false;

function watchWorker(): void {
  if (watching) return;
  watching = true;
  process.once('exit', endAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      endAll();
      // Without this listener the signal now does what it does by default.
      process.kill(process.pid, signal);
    });
  }
}

function endAll(): void {
  for (const [pid, signal] of running) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
  running.clear();
}
