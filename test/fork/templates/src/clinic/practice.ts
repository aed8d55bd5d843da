import { z } from 'zod';

const freeTimes = z.array(z.string());

/** The software at the reception desk, which knows when dentists are available. */
export interface Practice {
  /** @throws when the software does not answer, or its answer makes no sense */
  freeTimes: (day: string, signal: AbortSignal) => Promise<string[]>;
}

/** Makes a client of the software. Without an address, every hour of the morning is free. */
export function createPractice(url: string | undefined): Practice {
  return {
    async freeTimes(day, signal) {
      if (url === undefined) return ['09:00', '10:00', '11:00'];
      const response = await fetch(new URL(`/free/${day}`, url), { signal });
      if (!response.ok) throw new Error(`the practice software answers ${response.status}`);
      return freeTimes.parse(await response.json());
    },
  };
}
