import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post } from '../../support/app/clients.js';
import { openStream } from '../../support/app/sse.js';
import { startServer, type TestServer } from '../../support/programs/server.js';

/** Has the server warn, and then fail where nobody handles it, at these signals. */
const FAULTS = `
process.on('SIGHUP', () => process.emitWarning('something is odd', 'OddWarning'));
process.on('SIGUSR2', () => void Promise.reject(new Error('nobody handles this')));
`;

let server: TestServer;
let stdout = '';
let stderr = '';
beforeAll(async () => {
  const module = `data:text/javascript,${encodeURIComponent(FAULTS)}`;
  server = await startServer({ NODE_OPTIONS: `--import ${module}` });
  server.process.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  server.process.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
});
afterAll(() => server.stop());

describe('every line of the log is JSON, and nothing is written beside it:', () => {
  it('for bodies that are no messages', async () => {
    const stream = await openStream(server.url);
    const deep = '['.repeat(5000) + ']'.repeat(5000);
    for (const body of ['5', 'null', '{}', '{"toString":1}', '[{"toString":null}]', '{', '', deep]) {
      expect((await post(`${server.url}${stream.address}`, body)).status).toBe(400);
      expect((await post(server.mcpUrl, body)).status).toBe(400);
    }
    stream.drop();
  });

  it('for a warning of Node', async () => {
    server.process.kill('SIGHUP');
    await server.printed('something is odd');
  });

  it('for an error that ends the server', async () => {
    server.process.kill('SIGUSR2');
    expect(await server.exited).toBe(1);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 40, err: expect.objectContaining({ name: 'OddWarning' }) }),
    );
    expect(lines.at(-1)).toMatchObject({
      level: 60,
      err: { message: 'nobody handles this', stack: expect.stringContaining(' at ') },
    });
    expect(stderr).toBe('');
  });
});

describe('no line is lost, and the order is kept, when the server ends', () => {
  it.each([
    ['by process.exit', 'process.exit(0)', 0],
    ['by an error that it logs', "throw new Error('the last line')", 1],
    [
      'by an error before anyone handles errors',
      "process.removeAllListeners('uncaughtException'); throw new Error('on standard error')",
      1,
    ],
    ['by a second SIGTERM', "process.kill(process.pid, 'SIGTERM'); process.kill(process.pid, 'SIGTERM')", 1],
  ])('%s', async (_how, end, code) => {
    // The warnings are logged before the end, and within the time in which lines are gathered.
    const source = `process.on('SIGHUP', () => {
      for (let index = 0; index < 50; index += 1) process.emitWarning('odd ' + index);
      setImmediate(() => { ${end} });
    });`;
    const module = `data:text/javascript,${encodeURIComponent(source)}`;
    const ending = await startServer({ NODE_OPTIONS: `--import ${module}` });
    ending.process.kill('SIGHUP');
    expect(await ending.exited).toBe(code);
    const odd = [...ending.output().matchAll(/"message":"(odd \d+)"/g)].map(([, message]) => message);
    expect(odd).toEqual(Array.from({ length: 50 }, (_, index) => `odd ${index}`));
    await ending.stop();
  });
});

it('a reader of the log that goes away does not end the server', async () => {
  const unread = await startServer();
  unread.process.stdout?.destroy();
  for (let index = 0; index < 20; index += 1) {
    expect((await post(unread.mcpUrl, { jsonrpc: '2.0', id: index, method: 'ping' })).status).toBe(200);
  }
  expect(await unread.stop()).toBe(0);
});
