import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Ticks of the kernel's clock a second. Linux tells every process 100, whatever its own is. */
const TICKS_PER_SECOND = 100;

/** How much of the processor a process has used so far, in milliseconds; `undefined` where there is no `/proc`. */
export function cpuMsOf(pid: number): number | undefined {
  const stat = readOrNothing(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name of the program comes second, in parentheses, and may contain anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return (ticks * 1000) / TICKS_PER_SECOND;
}

/** The resident memory of a process in MB; `undefined` where neither `/proc` nor `ps` tells. */
export function rssMbOf(pid: number): number | undefined {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readOrNothing(`/proc/${pid}/status`) ?? '') ?? [];
  if (kilobytes !== undefined) return Number(kilobytes) / 1024;
  try {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
  } catch {
    return undefined;
  }
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
