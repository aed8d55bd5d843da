import { type Caller, callerKey } from '../caller.js';
import { createInProgress } from '../http/in-progress.js';

/** How many calls a caller may have running at once, and how many streams open at once. */
export interface CallerLimits {
  maxCallsPerUser: number;
  maxCallsPerService: number;
  /** How many all callers may have together. Defaults to any number. */
  maxInAll?: number;
}

/** The calls currently running on both transports, or the streams currently open, counted by caller. */
export interface RunningCalls {
  /**
   * Counts calls of a caller. Check `isFull` before.
   *
   * @param count more than one for a batch
   * @returns a function that ends them and may be called more than once
   */
  begin: (caller: Caller, count?: number) => () => void;
  /** Checks whether a caller, or all callers together, would have too many calls with this many more. */
  isFull: (caller: Caller, count?: number) => boolean;
  /** Returns how many calls a caller may have at once. */
  maxOf: (caller: Caller) => number;
  /** Resolves once no call is running. A stopping server waits for that. */
  idle: () => Promise<void>;
}

/** Creates a counter. A person is one caller with all of their clients, and a service with all of its users. */
export function createRunningCalls(limits: CallerLimits): RunningCalls {
  const { maxCallsPerUser, maxCallsPerService, maxInAll = Number.POSITIVE_INFINITY } = limits;
  const running = new Map<string, number>();
  const all = createInProgress();
  const countOf = (caller: Caller) => running.get(callerKey(caller)) ?? 0;
  const maxOf = ({ kind }: Caller) => (kind === 'service' ? maxCallsPerService : maxCallsPerUser);

  function add(caller: Caller, count: number): void {
    const sum = countOf(caller) + count;
    if (sum > 0) running.set(callerKey(caller), sum);
    else running.delete(callerKey(caller));
    all.add(count);
  }

  return {
    begin(caller, count = 1) {
      let left = count;
      add(caller, count);
      return () => {
        add(caller, -left);
        left = 0;
      };
    },
    isFull: (caller, count = 1) => countOf(caller) + count > maxOf(caller) || all.count() + count > maxInAll,
    maxOf,
    idle: all.idle,
  };
}
