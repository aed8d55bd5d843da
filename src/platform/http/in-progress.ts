/** Counts what is in progress, such as requests. */
export interface InProgress {
  count: () => number;
  /** @param change negative for what is over */
  add: (change: number) => void;
  /** Resolves once nothing is in progress. */
  idle: () => Promise<void>;
}

/** Makes a counter. */
export function createInProgress(): InProgress {
  let count = 0;
  let waiting: (() => void)[] = [];
  return {
    count: () => count,
    add(change) {
      count += change;
      if (count > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    idle: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve))),
  };
}
