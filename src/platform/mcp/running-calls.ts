/** The calls currently running on both transports. A stopping server waits for them. */
export interface RunningCalls {
  /** Counts a call. Returns a function that ends it and may be called more than once. */
  begin: () => () => void;
  /** Resolves once no call is running. */
  idle: () => Promise<void>;
}

/** Creates a counter of running calls. */
export function createRunningCalls(): RunningCalls {
  const running = new Set<object>();
  let waiting: (() => void)[] = [];
  return {
    begin() {
      const call = {};
      running.add(call);
      return () => {
        running.delete(call);
        if (running.size > 0) return;
        for (const resolve of waiting) resolve();
        waiting = [];
      };
    },
    idle: () =>
      running.size === 0 ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve)),
  };
}
