import type { CookieOptions, Request, Response } from 'express';

/** Cookies whose names share a prefix, and whose values begin with the time they were made. */
export interface Cookies {
  /** Returns the value of a cookie, without checking it. */
  read: (req: Request, name: string) => string | undefined;
  /** Sets a cookie, and deletes the oldest others so that `max` are left. Header lines are limited to a few kilobytes. */
  set: (req: Request, res: Response, name: string, value: string) => void;
  delete: (res: Response, name: string) => void;
}

/**
 * Makes the reader and writer of one kind of cookie.
 *
 * @param prefix the beginning of their names
 * @param max the most that one browser keeps
 */
export function createCookies(prefix: string, max: number, options: CookieOptions): Cookies {
  const remove = (res: Response, name: string) => void res.clearCookie(prefix + name, options);
  return {
    read: (req, name) => cookiesOf(req, prefix).get(name),
    set(req, res, name, value) {
      const others = [...cookiesOf(req, prefix)].filter(([other]) => other !== name);
      const newestFirst = others.toSorted(([, left], [, right]) => madeAt(right) - madeAt(left));
      for (const [other] of newestFirst.slice(max - 1)) remove(res, other);
      res.cookie(prefix + name, value, options);
    },
    delete: remove,
  };
}

/** Returns the cookies with a prefix by the rest of their names. Names of another form are not ours. */
function cookiesOf(req: Request, prefix: string): Map<string, string> {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const ours = pairs
    .filter((pair) => pair.startsWith(prefix))
    .map((pair) => /^([\w-]+)=([\w.-]+)$/.exec(pair.slice(prefix.length)));
  return new Map(ours.flatMap((match) => (match ? [[match[1] ?? '', match[2] ?? '']] : [])));
}

function madeAt(value: string): number {
  return Number.parseInt(value, 10) || 0;
}
