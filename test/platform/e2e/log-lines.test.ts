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
