import type { CallToolResult } from '@modelcontextprotocol/server';
import { toolError } from './failures.js';

/** Says whether a call is to stop. */
export interface Stop {
  /** Whether the client has cancelled or disconnected, or the time is up. */
  readonly isOver: boolean;
  /** Aborts as soon as the call is over. Made when it is first read, because most calls need none. */
  readonly signal: AbortSignal;
}

/**
 * Answers in the place of a handler that takes too long, and tells it to stop.
 *
 * @param milliseconds how long the handler may run
 * @param cancelled aborts when the client cancels or disconnects
 */
export async function withTimeLimit<T>(
  milliseconds: number,
  cancelled: AbortSignal,
  run: (stop: Stop) => Promise<T>,
): Promise<T | CallToolResult> {
  const stop = createStop(cancelled);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<CallToolResult>((resolve) => {
    timer = setTimeout(() => {
      stop.end(new DOMException('The tool took too long', 'TimeoutError'));
      const seconds = milliseconds / 1000;
      resolve(
        toolError(
          `The tool did not finish within ${seconds} seconds and was stopped. Try again, or ask for less.`,
        ),
      );
    }, milliseconds);
  });
  try {
    return await Promise.race([run(stop), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Adds a reason to stop to those of a signal. `AbortSignal.any` would take four times as long, on every call. */
function createStop(cancelled: AbortSignal): Stop & { end: (reason: Error) => void } {
  let ended: Error | undefined;
  let made: AbortController | undefined;
  return {
    end(reason) {
      ended = reason;
      made?.abort(reason);
    },
    get isOver() {
      return ended !== undefined || cancelled.aborted;
    },
    get signal() {
      if (made) return made.signal;
      const controller = new AbortController();
      made = controller;
      if (ended) controller.abort(ended);
      if (cancelled.aborted) controller.abort(cancelled.reason);
      else cancelled.addEventListener('abort', () => controller.abort(cancelled.reason), { once: true });
      return controller.signal;
    },
  };
}
