import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FixtureApp, startFixture } from '../../support/app/fixture.js';
import { freePort, SERVICE_TOKEN } from '../../support/app/port.js';
import { nginxProgram, prepareNginx, type TestNginx } from '../../support/programs/nginx.js';

const configuration = readFileSync(join(import.meta.dirname, '../../../nginx/nginx.conf'), 'utf8');

const STREAMING = 'include streaming.conf;';

/** The paths that nginx limits, from its configuration. Only an exact path has spellings to try. */
const limited = [...configuration.matchAll(/location = (\/\w+) \{\s*limit_req zone/g)].map(
  ([, path]) => path ?? '',
);

/** Ways to write a path that a server or a proxy might take for that path. */
const SPELLINGS: [string, (path: string, origin: string) => string][] = [
  ['as it is', (path) => path],
  ['with a query', (path) => `${path}?x=1`],
  ['with an empty query', (path) => `${path}?`],
  ['with a first capital', (path) => path.replace(/[a-z]/, (letter) => letter.toUpperCase())],
  ['in capitals', (path) => path.toUpperCase()],
  ['with a last capital', (path) => path.replace(/[a-z]$/, (letter) => letter.toUpperCase())],
  ['with a slash', (path) => `${path}/`],
  ['with two slashes', (path) => `${path}//`],
  ['with a slash and a query', (path) => `${path}/?x=1`],
  ['in capitals with a slash', (path) => `${path.toUpperCase()}/`],
  ['behind two slashes', (path) => `/${path}`],
  ['behind three slashes', (path) => `//${path}`],
  ['behind a dot', (path) => `/.${path}`],
  ['behind an encoded dot', (path) => `/%2e${path}`],
  ['behind a folder and back', (path) => `/x/..${path}`],
  ['behind an encoded way back', (path) => `/x/%2e%2e${path}`],
  ['in /mcp and back', (path) => `/mcp/..${path}`],
  ['before a dot', (path) => `${path}/.`],
  ['before a way back', (path) => `${path}/x/..`],
  ['with its first letter encoded', (path) => `/%${path.charCodeAt(1).toString(16)}${path.slice(2)}`],
  ['with a capital encoded', (path) => `/%${(path.charCodeAt(1) - 32).toString(16)}${path.slice(2)}`],
  [
    'with its last letter encoded',
    (path) => `${path.slice(0, -1)}%${path.charCodeAt(path.length - 1).toString(16)}`,
  ],
  ['with an encoded slash in front', (path) => `/%2f${path.slice(1)}`],
  ['with an encoded slash at the end', (path) => `${path}%2f`],
  ['with an encoded slash in capitals at the end', (path) => `${path}%2F`],
  ['with an encoded question mark', (path) => `${path}%3fx=1`],
  ['with an encoded hash', (path) => `${path}%23`],
  ['with a hash', (path) => `${path}#x`],
  ['with a parameter', (path) => `${path};x`],
  ['with an encoded parameter', (path) => `${path}%3bx`],
  ['with a dot', (path) => `${path}.`],
  ['with a space', (path) => `${path}%20`],
  ['with a tab', (path) => `${path}%09`],
  ['with a line break', (path) => `${path}%0a`],
  ['with a backslash', (path) => `${path}%5c`],
  ['behind a backslash', (path) => `/%5c${path.slice(1)}`],
  ['with a null byte', (path) => `${path}%00`],
  ['encoded twice', (path) => `/%25${path.charCodeAt(1).toString(16)}${path.slice(2)}`],
  [
    'with a full-width letter',
    (path) => `/${encodeURIComponent(String.fromCharCode(path.charCodeAt(1) + 0xfee0))}${path.slice(2)}`,
  ],
  ['with an ending', (path) => `${path}.json`],
  ['as a whole address', (path, origin) => `${origin}${path}`],
  ['as a whole address in capitals', (path, origin) => `${origin}${path.toUpperCase()}`],
  ['as a whole address with a slash', (path, origin) => `${origin}${path}/`],
  ['as a whole address behind two slashes', (path, origin) => `${origin}/${path}`],
  ['as a whole address of plain http', (path, origin) => `${origin.replace('https', 'http')}${path}`],
  ['as a whole address with a user', (path, origin) => `${origin.replace('//', '//user@')}${path}`],
];

describe.skipIf(nginxProgram === undefined)('a path in another spelling', () => {
  let nginx: TestNginx;
  let app: FixtureApp;
  let visitors = 0;
  beforeAll(async () => {
    const { url, start } = await prepareNginx();
    app = await startFixture({ PUBLIC_URL: url, PORT: String(await freePort()), RATE_LIMIT_SCALE: '1000' });
    const ports = [Number(new URL(app.listening).port)];
    nginx = await start(ports, (text) =>
      text
        // Two requests, then one a minute. Each test has addresses of its own.
        .replaceAll(/burst=\d+/g, 'burst=1')
        .replaceAll(/rate=\d+r\/s/g, 'rate=1r/m')
        .replace('# include cloudflare.conf;', 'set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;')
        .replaceAll(STREAMING, `${STREAMING} add_header X-Rules streaming always;`),
    );
  });
  afterAll(async () => {
    await nginx?.stop();
    await app?.stop();
  });

  /**
   * Sends the same request a few times on one connection, exactly as written.
   *
   * @returns all answers as text, and how many of the requests were served by a route
   */
  async function send(method: string, target: string, count: number) {
    const before = app.logs.length;
    visitors += 1;
    const { port, hostname } = new URL(nginx.url);
    const socket = connect({ host: hostname, port: Number(port), ca: readFileSync(nginx.certificate) });
    await once(socket, 'secureConnect');
    const head = [
      `${method} ${target} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      `X-Test-Address: 203.0.${visitors >> 8}.${visitors & 255}`,
      `Authorization: Bearer ${SERVICE_TOKEN}`,
      'Content-Length: 0',
    ];
    for (let sent = 1; sent <= count; sent += 1) {
      const connection = sent === count ? 'close' : 'keep-alive';
      socket.write(`${[...head, `Connection: ${connection}`].join('\r\n')}\r\n\r\n`);
    }
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) text += chunk;
    const lines = app.logs.slice(before).filter(({ msg }) => msg === 'request');
    return { text, served: lines.filter(({ status }) => status !== 404).length };
  }

  it('is tried for every limit', () => {
    expect(limited).toEqual(expect.arrayContaining(['/login', '/token', '/register']));
    expect(configuration.match(/limit_req zone/g)).toHaveLength(limited.length);
  });

  it.each(limited.flatMap((path) => SPELLINGS.map(([how, spell]) => [path, how, spell] as const)))(
    'of the limited %s, %s, is limited or is not there',
    async (path, _how, spell) => {
      for (const method of ['POST', 'GET', 'PUT']) {
        const { text, served } = await send(method, spell(path, nginx.url), 4);
        expect(text).toMatch(/^HTTP\/1\.1 \d{3}/);
        if (!text.includes('HTTP/1.1 429')) expect(served, text).toBe(0);
      }
    },
  );

  it.each(
    ['/mcp', '/mcp/', '/sse', '/messages'].flatMap((path) =>
      SPELLINGS.map(([how, spell]) => [path, how, spell] as const),
    ),
  )('of %s, %s, is passed on as a stream or is not there', async (path, _how, spell) => {
    const { text, served } = await send('POST', spell(path, nginx.url), 1);
    expect(text).toMatch(/^HTTP\/1\.1 \d{3}/);
    if (!text.includes('X-Rules: streaming')) expect(served, text).toBe(0);
  });
});
