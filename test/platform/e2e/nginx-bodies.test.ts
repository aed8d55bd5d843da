import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import { freePort, SERVICE_TOKEN } from '../../support/app/port.js';
import { nginxProgram, prepareNginx, type TestNginx } from '../../support/programs/nginx.js';

const authorization = `Authorization: Bearer ${SERVICE_TOKEN}\r\n`;
const form = 'Content-Type: application/x-www-form-urlencoded\r\n';
const json = 'Content-Type: application/json\r\n';

describe.skipIf(nginxProgram === undefined)('a body that trickles through nginx', () => {
  let nginx: TestNginx;
  let app: FixtureApp;
  beforeAll(async () => {
    const { url, start } = await prepareNginx();
    const times = { requestTimeout: 500, connectionsCheckingInterval: 50 };
    app = await startFixture({ PUBLIC_URL: url, PORT: String(await freePort()) }, {}, times);
    nginx = await start([Number(new URL(app.listening).port)]);
  });
  afterAll(async () => {
    await nginx?.stop();
    await app?.stop();
  });

  /** Sends the head of a request, and a byte of its body every now and then. @returns the head of the answer */
  async function trickle(line: string, headers: string): Promise<string> {
    const { port, hostname } = new URL(nginx.url);
    const socket: TLSSocket = connect({
      host: hostname,
      port: Number(port),
      ca: readFileSync(nginx.certificate),
    });
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    socket.write(`${line} HTTP/1.1\r\nHost: localhost:${port}\r\n${headers}\r\n`);
    const drip = setInterval(() => socket.write(headers.includes('chunked') ? '1\r\n \r\n' : ' '), 50);
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      answer += chunk;
    });
    while (!answer.includes('\r\n\r\n')) await Promise.race([once(socket, 'data'), once(socket, 'close')]);
    clearInterval(drip);
    socket.destroy();
    return answer;
  }

  it.each([
    ['/mcp', authorization + json],
    ['/mcp/', authorization + json],
    ['/token', form],
    ['/revoke', form],
    ['/register', json],
    ['/login', form],
  ])('to %s is answered 408 by the server', async (path, headers) => {
    for (const length of ['Content-Length: 9999\r\n', 'Transfer-Encoding: chunked\r\n']) {
      const answer = await trickle(`POST ${path}`, headers + length);
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(answer).toMatch(/^content-type: application\/json/im);
    }
  });

  it.each(['/mcp', '/sse'])(
    'to %s without a token is answered with a challenge before it is over',
    async (path) => {
      const answer = await trickle(`POST ${path}`, `${json}Content-Length: 9999\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 401 /);
      expect(answer).toMatch(/^www-authenticate: Bearer /im);
    },
  );

  it('nginx itself bounds the pauses, and waits for whole bodies only where it has to try several servers', () => {
    const configuration = readFileSync(`${nginx.directory}/nginx.conf`, 'utf8');
    expect(configuration).toMatch(/^ {2}client_header_timeout 20s;$/m);
    expect(configuration).toMatch(/^ {2}client_body_timeout 20s;$/m);
    expect(configuration).toMatch(/^ {2}proxy_request_buffering off;$/m);
    const buffering = configuration
      .split('location ')
      .filter((rules) => rules.includes('request_buffering on;'));
    expect(buffering).toEqual([expect.stringMatching(/^= \/messages \{[^}]*client_body_timeout 5s;/)]);
  });
});
