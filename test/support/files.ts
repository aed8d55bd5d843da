import { once } from 'node:events';
import { request } from 'node:http';

/** A GET exactly as written: `fetch` would tidy up the path, and ask for a fresh answer where a test wants a 304. */
export async function getRaw(
  origin: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; type: string; body: string }> {
  const { hostname, port } = new URL(origin);
  const sent = request({ hostname, port, path, headers });
  sent.end();
  const [response] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode,
    type: response.headers['content-type'] ?? '',
    body: Buffer.concat(chunks).toString('latin1'),
  };
}

/** Paths that try to leave a public folder, or to break whatever looks them up. */
export const hostileNames = [
  '../../etc/passwd',
  '..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e/%2e%2e/package',
  '%2e%2e%2f%2e%2e%2fpackage',
  '..%5c..%5cpackage',
  '..%00',
  'lighting%00',
  'a'.repeat(5000),
  '%F0%9F%AA%91',
];
