import type { IncomingMessage } from 'node:http';
import { type Agent, get } from 'node:https';
import { isIP } from 'node:net';

const TIMEOUT_MS = 5000;
/** A key set with ten chains of certificates has some 60 kB; twenty fetches at once hold little over a megabyte. */
const MAX_BYTES = 64 * 1024;
/** Seconds an answer is kept: at least long enough for one sign-in to load it once, at most a day. */
const CACHE = { min: 60, default: 300, max: 86_400 };

/** There is no JSON at the address, it is too large, or the request failed. */
export type JsonFetchProblem = 'absent' | 'large' | 'failed';

/** The reason why there is no JSON. Its message is for the operator. */
export class JsonFetchError extends Error {
  /** @param status the status of the answer; `undefined` when there was none */
  constructor(
    readonly problem: JsonFetchProblem,
    message: string,
    readonly status?: number,
  ) {
    super(message);
    this.name = 'JsonFetchError';
  }
}

/** JSON text that is not parsed yet. */
interface FetchedJson {
  text: string;
  /** Seconds it may be kept. */
  maxAge: number;
}

/** Checks that an address is https at the standard port of a public host name, without a user. */
export function isFetchable({ protocol, port, username, password, hostname }: URL): boolean {
  return (
    protocol === 'https:' &&
    port === '' &&
    username === '' &&
    password === '' &&
    hostname.includes('.') &&
    !hostname.endsWith('.') &&
    !hostname.startsWith('[') &&
    isIP(hostname) === 0
  );
}

/**
 * Fetches JSON from an address that a stranger chose: without following redirects, within limits on time and size.
 *
 * @param agent decides which addresses may be connected to
 * @throws {JsonFetchError}
 */
export async function fetchJson(url: URL, agent: Agent): Promise<FetchedJson> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let status: number | undefined;
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, { agent, signal, headers: { Accept: 'application/json' } }, resolve).on('error', reject);
    });
    status = response.statusCode;
    const type = response.headers['content-type'] ?? '';
    if (response.statusCode !== 200 || !/^application\/([\w.-]+\+)?json[ \t]*(;|$)/i.test(type)) {
      response.destroy();
      throw new JsonFetchError(
        (response.statusCode ?? 0) >= 500 ? 'failed' : 'absent',
        `${url.hostname} answered ${response.statusCode} with content type "${type}"`,
        status,
      );
    }
    const chunks: Buffer[] = [];
    let size = 0;
    // Leaving the loop early closes the connection.
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BYTES)
        throw new JsonFetchError('large', `the document is larger than ${MAX_BYTES} bytes`, status);
      chunks.push(chunk);
    }
    return {
      text: Buffer.concat(chunks).toString(),
      maxAge: cacheSeconds(response.headers['cache-control']),
    };
  } catch (error) {
    if (error instanceof JsonFetchError) throw error;
    const { message, code } = error as NodeJS.ErrnoException;
    throw new JsonFetchError('failed', `the request to ${url.hostname} failed: ${message || code}`, status);
  }
}

function cacheSeconds(cacheControl = ''): number {
  if (/\bno-(store|cache)\b/i.test(cacheControl)) return CACHE.min;
  const maxAge = /\bmax-age=(\d+)/i.exec(cacheControl)?.[1];
  return Math.min(Math.max(maxAge === undefined ? CACHE.default : Number(maxAge), CACHE.min), CACHE.max);
}
