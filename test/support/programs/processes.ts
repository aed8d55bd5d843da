import type { ChildProcess } from 'node:child_process';

/** The running processes: their ids, and the signal that ends each of them with its children. */
const running = new Map<number, NodeJS.Signals>();

/**
 * Ends a process with the tests that started it, however they end: the worker of a test file kills what is still running
 * when it exits or is told to stop. Every `spawn` of a test passes through here.
 *
 * @param signal for a program whose children outlive a SIGKILL of their parent, a signal that makes it end them first
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
  // An interrupted run ends without a word to its workers, which notice only when they have something to report.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      endAll();
      // This listener is gone now, so the signal has its default effect.
      process.kill(process.pid, signal);
    });
  }
}

function endAll(): void {
  for (const [pid, signal] of running) {
    try {
      process.kill(pid, signal);
    } catch {
      // The process has already ended.
    }
  }
  running.clear();
}
