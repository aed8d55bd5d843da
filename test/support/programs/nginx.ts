import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../app/port.js';
import { endWithTests } from './processes.js';
import { findProgram, findResolvingNginx } from './requirements.js';

/** The proxy, or `undefined` when its tests are to be skipped. */
export const nginxProgram = findProgram('nginx', 'Tests behind nginx are');

/** A proxy that looks up names while it runs, as that of the compose file does, or `undefined` to skip its tests. */
export const resolvingNginx = findResolvingNginx(nginxProgram);

/** Servers by name: the port they all listen on, and the address of the name server that knows where they are. */
export interface NamedServers {
  port: number;
  nameServer: string;
}

export interface TestNginx {
  /** The https origin. */
  url: string;
  /** The plain http origin. */
  httpUrl: string;
  /** The path of the certificate, for clients to trust. */
  certificate: string;
  /** The directory of its configuration. */
  directory: string;
  /** Returns the log of nginx so far. */
  log: () => string;
  stop: () => Promise<void>;
}

/**
 * Prepares nginx with the configuration of this repository; only ports, upstream servers and file locations differ. The
 * servers are passed later, because they must first know the address of the proxy: by their ports on this machine, or as
 * the name in the configuration, which needs `resolvingNginx`.
 *
 * `change` makes the edits of an operator to nginx.conf.
 */
export async function prepareNginx(): Promise<{
  url: string;
  start: (servers: number[] | NamedServers, change?: (configuration: string) => string) => Promise<TestNginx>;
}> {
  const [httpsPort, httpPort] = [await freePort(), await freePort()];
  const url = `https://localhost:${httpsPort}`;
  return { url, start: (servers, change) => startNginx(url, httpsPort, httpPort, servers, change) };
}

async function startNginx(
  url: string,
  httpsPort: number,
  httpPort: number,
  servers: number[] | NamedServers,
  change = (configuration: string) => configuration,
): Promise<TestNginx> {
  const directory = mkdtempSync(join(tmpdir(), 'mcp-nginx-'));
  chmodSync(directory, 0o755);
  cpSync(join(import.meta.dirname, '../../../nginx'), directory, { recursive: true });
  for (const folder of ['tmp', 'tmp/cache'])
    mkdirSync(join(directory, folder), { recursive: true, mode: 0o777 });
  execFileSync(join(directory, 'make-certificate.sh'), ['localhost', join(directory, 'certs')]);
  const edit = (name: string, change: (text: string) => string) =>
    writeFileSync(join(directory, name), change(readFileSync(join(directory, name), 'utf8')));
  edit('nginx.conf', (text) => change(text).replaceAll(' /tmp/', ` ${directory}/tmp/`));
  edit('upstream.conf', Array.isArray(servers) ? withAddresses(servers) : withName(servers));
  const onLoopback = (port: number) => (text: string) =>
    text.replace(/listen \[::\].*\n/, '').replace(/listen \d+/, `listen 127.0.0.1:${port}`);
  edit('listen-http.conf', onLoopback(httpPort));
  edit('listen-https.conf', onLoopback(httpsPort));

  const logFile = join(directory, 'log');
  const log = openSync(logFile, 'a');
  // The workers of nginx outlive a SIGKILL of their parent.
  const nginx = endWithTests(
    spawn(
      (Array.isArray(servers) ? nginxProgram : resolvingNginx) ?? '',
      ['-c', join(directory, 'nginx.conf'), '-g', 'daemon off;'],
      {
        stdio: ['ignore', log, log],
      },
    ),
    'SIGTERM',
  );
  const exited = once(nginx, 'exit').then(() => {
    throw new Error(`nginx ended:\n${readFileSync(logFile, 'utf8')}`);
  });
  await Promise.race([accepting(httpsPort), exited]);
  exited.catch(() => undefined);
  return {
    url,
    httpUrl: `http://localhost:${httpPort}`,
    certificate: join(directory, 'certs/fullchain.pem'),
    directory,
    log: () => readFileSync(logFile, 'utf8'),
    async stop() {
      nginx.kill('SIGTERM');
      await exited.catch(() => undefined);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** An address needs no look-up, which Debian's nginx could not do either. */
function withAddresses(ports: number[]): (upstream: string) => string {
  return (upstream) =>
    upstream.replace(/server app:8000(.*) resolve;/, (_line, options) =>
      ports.map((port) => `server 127.0.0.1:${port}${options};`).join('\n  '),
    );
}

function withName({ port, nameServer }: NamedServers): (upstream: string) => string {
  return (upstream) => upstream.replace('app:8000', `app:${port}`).replace('127.0.0.11', nameServer);
}

/** Resolves once something listens on the port. */
async function accepting(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return;
    await new Promise(setImmediate);
  }
}

export interface HttpsAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Sends a request that trusts the certificate, and returns the answer as soon as its headers arrive. */
export function openHttps(
  nginx: TestNginx,
  path: string,
  { body, ...options }: RequestOptions & { body?: string } = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(`${nginx.url}${path}`, { ca: readFileSync(nginx.certificate), ...options }, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Sends a request and reads the whole answer. */
export async function https(...request: Parameters<typeof openHttps>): Promise<HttpsAnswer> {
  const response = await openHttps(...request);
  let body = '';
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}
