import { isRecord } from '../../platform/json.js';

const TIMEOUT_MS = 10_000;

export type Json = Record<string, unknown>;

/** A server's answer. Redirects are not followed. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body, if it is a JSON object. */
  json: Json | undefined;
}

/** Sends a request. @throws when there is no answer, with the network error as `cause` */
export async function request(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS), ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parseObject(text) };
}

/** Sends the first request of a client, without a token. */
export function requestMcp(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  return request(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  });
}

/** Sends a registration request that must be refused, so that no client is left behind. */
export function requestRefusedRegistration(
  url: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return request(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ redirect_uris: [] }),
  });
}

/** Sends a token request that must be refused. */
export function requestRefusedToken(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  return request(url, { method: 'POST', headers, body: new URLSearchParams({ grant_type: 'none' }) });
}

/** Summarizes an answer for people, with at most one line of what the server sent. */
export function summary({ status, headers, text }: Answer): string {
  const type = headers.get('content-type')?.split(';')[0] ?? 'no content type';
  const title = /<title>([^<]*)/i.exec(text)?.[1]?.trim();
  const location = headers.get('location');
  const more = [
    title && `the page ${JSON.stringify(title.slice(0, 60).toWellFormed())}`,
    location && `to ${location}`,
  ];
  return [`status ${status}`, type, ...more.filter(Boolean)].join(', ');
}

function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
