import { afterEach, describe, expect, it } from 'vitest';
import { connectLegacy, connectModern } from '../../support/app/clients.js';
import { startServer, type TestServer } from '../../support/programs/server.js';
import { tools } from '../fixture/tools.js';

let server: TestServer;
afterEach(async () => {
  server.process.kill('SIGKILL');
  await server.exited;
});

describe.each([
  ['2.x client, 2026-07-28', connectModern],
  ['1.x client, 2025-11-25', connectLegacy],
] as const)('%s', (_name, connect) => {
  it('exceeds the time limit of a tool, and is told what to do', async () => {
    server = await startServer({ TOOL_TIMEOUT_MS: '300' });
    const client = await connect(server.mcpUrl);
    const result = await client.callTool({ name: 'wait' });
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/did not finish within 0\.3 seconds.*Try again/) }],
    });
    await server.printed('tool was told to stop');
    await client.close();
  });

  it('disconnects, and the tool is told to stop', async () => {
    server = await startServer();
    const client = await connect(server.mcpUrl);
    const call = client.callTool({ name: 'wait' }).catch(() => 'closed');
    await server.printed('tool began');
    await client.close();
    expect(await call).toBe('closed');
    await server.printed('tool was told to stop');
  });
});

it('a 2.x client cancels one call and goes on', async () => {
  server = await startServer();
  const client = await connectModern(server.mcpUrl);
  const cancel = new AbortController();
  const call = client.callTool({ name: 'wait' }, { signal: cancel.signal });
  await server.printed('tool began');
  cancel.abort('no longer needed');
  await expect(call).rejects.toThrow('no longer needed');
  await server.printed('tool was told to stop');
  expect((await client.listTools()).tools).toHaveLength(tools.length);
  await client.close();
});
