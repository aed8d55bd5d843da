import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as elapsed } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpServer } from '../../../src/platform/http/http-server.js';
import { startFixture } from '../../support/app/fixture.js';
import { closeServer, listenLocally, SERVICE_TOKEN } from '../../support/app/port.js';

/** Short, so that tests need not wait. In milliseconds. */
const TIMES = { requestTimeout: 200, connectionsCheckingInterval: 20 };

/** Opens a connection and sends text as it is. It is closed when the test ends. */
async function open(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

/** Keeps sending until the connection is closed. @returns everything received */
async function trickle(socket: Socket, bytes: string): Promise<string> {
  const drip = setInterval(() => socket.write(bytes), 10);
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  // A reset is an end, too: bytes were on their way to a connection that the server had closed.
  if (!socket.closed) await once(socket, 'close').catch(() => {});
  clearInterval(drip);
  return received;
}

/** Reads until this text has arrived. */
async function readUntil(socket: Socket, text: string): Promise<string> {
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  while (!received.includes(text)) await once(socket, 'data');
  return received;
}

function expectLate(answer: string): void {
  expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(/^connection: close$/im);
  expect(head).toMatch(/^content-type: application\/json/im);
  expect(head).toMatch(new RegExp(`^content-length: ${body.length}$`, 'im'));
  expect(JSON.parse(body)).toEqual({
    error: 'request_timeout',
    error_description: expect.stringContaining('within 25 seconds'),
  });
}

describe('a request that does not arrive in time', () => {
  /** Paths and headers of every kind of route. None of their bodies is ever complete. */
  const late: [string, string][] = [
    ['POST /mcp', `Authorization: Bearer ${SERVICE_TOKEN}\r\nContent-Type: application/json\r\n`],
    ['POST /mcp', `Authorization: Bearer ${SERVICE_TOKEN}\r\nContent-Type: text/plain\r\n`],
    ['POST /token', 'Content-Type: application/x-www-form-urlencoded\r\n'],
    ['POST /revoke', 'Content-Type: application/x-www-form-urlencoded\r\n'],
    ['POST /register', 'Content-Type: application/json\r\n'],
    ['POST /login', 'Content-Type: application/x-www-form-urlencoded\r\n'],
    ['POST /messages', `Authorization: Bearer ${SERVICE_TOKEN}\r\nContent-Type: application/json\r\n`],
  ];

  it.each(late)(
    '%s is answered 408 as JSON, and logged, however steadily its body trickles',
    async (line, headers) => {
      const app = await startFixture({}, {}, TIMES);
      onTestFinished(() => app.stop());
      const port = Number(new URL(app.listening).port);
      for (const length of ['Content-Length: 9999', 'Transfer-Encoding: chunked']) {
        const socket = await open(port, `${line} HTTP/1.1\r\nHost: localhost\r\n${headers}${length}\r\n\r\n`);
        expectLate(await trickle(socket, length.startsWith('T') ? '1\r\n \r\n' : ' '));
        await expect
          .poll(() => app.logs.at(-1))
          .toMatchObject({ msg: 'request', route: line.split(' ')[1], status: 408, level: 30 });
      }
      expect(app.logs.filter(({ level }) => Number(level) >= 40)).toEqual([]);
    },
  );

  it('is a challenge at once without a token, and the connection ends in time, too', async () => {
    const app = await startFixture({}, {}, TIMES);
    onTestFinished(() => app.stop());
    const port = Number(new URL(app.listening).port);
    const socket = await open(port, 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n');
    expect(await readUntil(socket, '\r\n\r\n')).toMatch(/^HTTP\/1\.1 401 /);
    // Nothing follows: a second answer would be taken for that of the next request.
    expect(await trickle(socket, ' ')).not.toContain('HTTP/1.1');
  });

  it.each(['GET /mcp', 'PUT /mcp', 'POST /nowhere', 'GET /sse', 'GET /', 'GET /healthz'])(
    '%s does not keep its connection',
    async (line) => {
      const app = await startFixture({}, {}, TIMES);
      onTestFinished(() => app.stop());
      const port = Number(new URL(app.listening).port);
      const head = `${line} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${SERVICE_TOKEN}\r\n`;
      const socket = await open(port, `${head}Content-Length: 9999\r\n\r\n`);
      expect(await trickle(socket, ' ')).toMatch(/^HTTP\/1\.1 (200|404|405) /);
    },
  );

  it.each([
    ['whose headers trickle', 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
    ['whose first line trickles', 'GET /'],
    ['that never begins', ''],
    ['after another', 'GET /first HTTP/1.1\r\nHost: localhost\r\n\r\nGET /second'],
  ])('%s is answered 408', async (_which, text) => {
    const port = await serve((_req, res) => res.end('answered'));
    const received = await trickle(await open(port, text), text === '' ? '' : 'x');
    expectLate(received.replace(/^HTTP\/1\.1 200[\s\S]*answered/, ''));
  });
});

describe('a request that has arrived', () => {
  it('may take longer to answer, also as a stream', async () => {
    const port = await serve(async (req, res) => {
      await once(req.resume(), 'end');
      res.write('begun');
      await elapsed(TIMES.requestTimeout * 2);
      res.end('finished');
    });
    const request = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}';
    const socket = await open(port, request);
    expect(await readUntil(socket, 'finished')).toMatch(/^HTTP\/1\.1 200 [\s\S]*begun/);
    // The time begins again with every request of a connection.
    socket.write(request);
    expect(await readUntil(socket, 'finished')).toContain('HTTP/1.1 200 ');
  });

  it('may leave its connection idle', async () => {
    const port = await serve((_req, res) => res.end('answered'));
    const request = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const socket = await open(port, request);
    await readUntil(socket, 'answered');
    await elapsed(TIMES.requestTimeout * 2);
    socket.write(request);
    expect(await readUntil(socket, 'answered')).toContain('HTTP/1.1 200 ');
  });
});

it.each([
  ['that is not HTTP', 'hello\r\n\r\n', '400 Bad Request'],
  [
    'with a length that is no number',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: two\r\n\r\n',
    '400 Bad Request',
  ],
  [
    'with too many headers',
    `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    '431 Request Header Fields Too Large',
  ],
])('a request %s is answered as JSON', async (_which, text, status) => {
  const port = await serve((_req, res) => res.end());
  const answer = await trickle(await open(port, text), '');
  expect(answer).toContain(`HTTP/1.1 ${status}\r\n`);
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ error: 'invalid_request' });
});

/** Serves until the test ends. @returns the port */
async function serve(listener: RequestListener): Promise<number> {
  const server = createHttpServer(listener, TIMES);
  onTestFinished(() => closeServer(server));
  return listenLocally(server);
}
