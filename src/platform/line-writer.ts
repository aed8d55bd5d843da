import { writeSync } from 'node:fs';

/** How long lines may wait for others, so that one write takes them all, in milliseconds. */
const GATHER_MS = 5;

/** How many characters are gathered at most, as many as Docker reads at once. */
const MAX_GATHERED = 16 * 1024;

/** How long to wait before writing again what could not be written, in milliseconds. */
const RETRY_MS = 20;

/** How many characters wait for a reader that does not read. What comes after that is lost. */
const MAX_WAITING = 16 * 1024 * 1024;

/** How long a process that ends waits for a slow reader, in milliseconds. */
const MAX_EXIT_MS = 2000;

/** The code of the error that means that nobody will read again. */
const GONE = 'EPIPE';

const NOTHING = Buffer.alloc(0);

/** Writes lines in order. Takes lines that end with a line break. */
export interface LineWriter {
  write: (line: string) => void;
  /** Writes whatever is waiting. */
  flushSync: () => void;
}

/**
 * Makes a writer that gathers lines for some milliseconds while many come, and writes the first after a pause at once. It
 * never blocks, unless the descriptor does. What is waiting when the process exits is written then. A reader that is gone
 * ends the writing, and nothing else; any other fault, such as a full disk, delays it.
 *
 * @param fd the descriptor to write to
 * @param onLost receives how many lines were lost while nothing read them, once there is room again
 * @param maxWaiting fewer characters, for tests
 */
export function createLineWriter(
  fd: number,
  onLost: (lines: number) => void,
  maxWaiting = MAX_WAITING,
): LineWriter {
  let gathered = '';
  /** What the last write has left over. */
  let rest: Buffer = NOTHING;
  /** Runs while further lines are gathered, or while there is no room for them. */
  let timer: NodeJS.Timeout | undefined;
  /** The code of the error with which the last write failed. */
  let fault: string | undefined;
  let isHooked = false;
  let isExiting = false;
  let lost = 0;

  /** Writes what is waiting, as far as there is room. */
  function writeOut(): void {
    fault = undefined;
    try {
      while (rest.length > 0 || gathered !== '') {
        if (rest.length === 0) {
          rest = Buffer.from(gathered);
          gathered = '';
        }
        rest = rest.subarray(writeSync(fd, rest));
      }
    } catch (error) {
      fault = (error as NodeJS.ErrnoException).code ?? 'unknown';
      if (fault === GONE) {
        rest = NOTHING;
        gathered = '';
      }
    }
  }

  function flush(): void {
    writeOut();
    clearTimeout(timer);
    timer = setTimeout(onTimer, fault === undefined ? GATHER_MS : RETRY_MS).unref();
    if (fault !== undefined || lost === 0) return;
    const lines = lost;
    lost = 0;
    onLost(lines);
  }

  function onTimer(): void {
    timer = undefined;
    if (rest.length > 0 || gathered !== '') flush();
  }

  function flushSync(): void {
    const pause = new Int32Array(new SharedArrayBuffer(4));
    const deadline = performance.now() + MAX_EXIT_MS;
    writeOut();
    while (fault === 'EAGAIN' && performance.now() < deadline) {
      Atomics.wait(pause, 0, 0, RETRY_MS);
      writeOut();
    }
  }

  /** Not before the first line, because loggers that write nothing need no listener. */
  function hookExit(): void {
    isHooked = true;
    process.once('exit', () => {
      isExiting = true;
      flushSync();
    });
  }

  return {
    write(line) {
      if (fault === GONE) return;
      if (!isHooked) hookExit();
      if (rest.length + gathered.length + line.length > maxWaiting) {
        lost += 1;
        return;
      }
      gathered += line;
      if (isExiting) writeOut();
      else if (timer === undefined || (fault === undefined && gathered.length > MAX_GATHERED)) flush();
    },
    flushSync,
  };
}
