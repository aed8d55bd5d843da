/** A request that is sent again and again, and what a right answer contains. */
export interface Call {
  /** The request line and headers, without `Content-Length`. */
  head: string;
  body: string;
  /** A text that every right answer contains. */
  expect: string;
  /** A member of each answer that the next request on the same connection carries in the place of `CARRIED`. */
  carry?: string;
}

/** Where the body of a request has what is carried over from the answer before. */
export const CARRIED = '{carried}';

/** One window of load. */
export interface Plan {
  port: number;
  call: Call;
  connections: number;
  /** Calls that come before those that are measured. */
  leadIn: number;
  /** When the window ends: after that many milliseconds, or that many calls. */
  until: { ms: number } | { calls: number };
  /** The process of the server, of which the use of the processor and of memory is read. */
  pid: number;
  /** What each connection carries at first, when the call carries something. */
  carried?: string[];
}

/** What a window came to. */
export interface Window {
  calls: number;
  ms: number;
  /** Of the process of the server; `undefined` where the operating system does not tell. */
  cpuMs: number | undefined;
  /** How long the slowest calls took: 99 of 100 were at least as fast, in milliseconds. */
  p99Ms: number;
  /** The memory of the server during the window, in MB, from its begin to its end, at equal distances in calls. */
  rssMb: number[];
  carried: string[];
}
