import { z } from 'zod';

const freeTimes = z.array(z.string());

/** The software at the reception desk, which knows when a dentist is free. */
export interface Practice {
  /** @throws when it does not answer, or answers nonsense */
  freeTimes: (day: string, signal: AbortSignal) => Promise<string[]>;
}

/** Without an address every hour of the morning is free. */
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
