import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { closeServer, listenLocally } from '../app/port.js';

export interface Recorded {
  path: string;
  headers: IncomingHttpHeaders;
}

/**
 * Starts a stub for the server behind a proxy, which records requests and answers as told.
 *
 * @param answer defaults to 200 with an empty body
 */
export async function startRecorder(answer = (_path: string, res: ServerResponse): void => void res.end()) {
  const seen: Recorded[] = [];
  const server = createServer((req, res) => {
    const path = req.url ?? '';
    seen.push({ path, headers: req.headers });
    req.resume().once('end', () => answer(path, res));
  });
  return {
    port: await listenLocally(server),
    seen,
    stop: () => closeServer(server),
  };
}
