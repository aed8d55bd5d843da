import type { CookieOptions, Request, Response } from 'express';

/** Cookies whose names share a prefix and differ in a suffix, and whose values begin with the time they were made. */
export interface Cookies {
  /** Returns the value of a cookie, without checking it. */
  read: (req: Request, suffix: string) => string | undefined;
  /** Sets a cookie, and deletes the oldest others so that `max` are left. Header lines are limited to a few kilobytes. */
  set: (req: Request, res: Response, suffix: string, value: string) => void;
  delete: (res: Response, suffix: string) => void;
}

/** One kind of cookie. */
interface CookieKind extends Pick<CookieOptions, 'sameSite' | 'path' | 'maxAge'> {
  /** The beginning of their names. */
  name: string;
  /** What comes before it over https, which browsers accept over https only. */
  securePrefix: '__Host-' | '__Secure-';
  /** The most that one browser keeps. */
  max: number;
}

/** Makes the reader and writer of one kind of cookie. Scripts cannot read it, and it keeps to https where that is used. */
export function createCookies(publicUrl: string, { name, securePrefix, max, ...rest }: CookieKind): Cookies {
  const secure = publicUrl.startsWith('https:');
  const prefix = secure ? securePrefix + name : name;
  const options: CookieOptions = { ...rest, httpOnly: true, secure };
  const remove = (res: Response, suffix: string) => void res.clearCookie(prefix + suffix, options);
  return {
    read: (req, suffix) => cookiesOf(req, prefix).get(suffix),
    set(req, res, suffix, value) {
      const others = [...cookiesOf(req, prefix)].filter(([other]) => other !== suffix);
      const newestFirst = others.toSorted(([, left], [, right]) => madeAt(right) - madeAt(left));
      for (const [other] of newestFirst.slice(max - 1)) remove(res, other);
      res.cookie(prefix + suffix, value, options);
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
