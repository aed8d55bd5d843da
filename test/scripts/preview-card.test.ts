import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Preview, startPreview } from '../../scripts/preview-card/server.js';
import { freePort } from '../support/app/port.js';
import { sendRaw } from '../support/app/raw.js';
import { endWithTests } from '../support/programs/processes.js';
import { startExample, type TestServer } from '../support/programs/server.js';

const MAIN = join(import.meta.dirname, '../../scripts/preview-card/main.ts');

describe('the server of the card preview', () => {
  let folder: string;
  /** Plays the MCP server: ready, or restarting. */
  let mcp: Server;
  let status = 200;
  let mcpUrl: string;
  let preview: Preview;
  beforeEach(async () => {
    status = 200;
    folder = await mkdtemp(join(tmpdir(), 'card-'));
    const port = await freePort();
    mcpUrl = `http://127.0.0.1:${port}/mcp`;
    mcp = createServer((_req, res) => res.writeHead(status).end()).listen(port, '127.0.0.1');
    await once(mcp, 'listening');
    preview = await startPreview({ mcpUrl, token: 'secret', folder });
  });
  afterEach(async () => {
    preview.close();
    mcp.closeAllConnections();
    mcp.close();
    await rm(folder, { recursive: true });
  });

  it('sends its token only to this machine, under any name', async () => {
    const { port } = new URL(preview.url);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`])
      expect((await sendRaw(preview.url, '/config.json', { headers: { host } })).body).toContain('secret');
    for (const host of [
      `evil.example:${port}`,
      '127.0.0.1',
      'localhost:1',
      `localhost.evil.example:${port}`,
    ]) {
      const refused = await sendRaw(preview.url, '/config.json', { headers: { host } });
      expect(refused.status).toBe(403);
      expect(refused.body).not.toContain('secret');
    }
  });

  it('uses another port when its own is busy', async () => {
    const busy = Number(new URL(preview.url).port);
    const second = await startPreview({ mcpUrl, token: 'secret', folder, port: busy });
    expect(second.url).not.toBe(preview.url);
    expect((await fetch(second.url)).status).toBe(200);
    second.close();
  });

  it('says whether the server is ready', async () => {
    expect((await fetch(`${preview.url}ready`)).status).toBe(200);
    status = 503;
    expect((await fetch(`${preview.url}ready`)).status).toBe(503);
  });

  it('tells pages of a change only once the server is back', async () => {
    const response = await fetch(`${preview.url}changes`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const asked: number[] = [];
    mcp.removeAllListeners('request').on('request', (_req, res) => {
      // Ready until it notices the change, then restarting, then ready again.
      asked.push([200, 503, 503][asked.length] ?? 200);
      res.writeHead(asked.at(-1) ?? 200).end();
    });
    await writeFile(join(folder, 'card.css'), 'changed');
    expect((await reader?.read())?.value).toBe('data: changed\n\n');
    expect(asked.slice(0, 4)).toEqual([200, 503, 503, 200]);
    await reader?.cancel();
  });
});

describe('npm run preview:card', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startExample();
  });
  afterAll(() => server.stop());

  /** Runs the command until it ends, or until it prints where the card is. */
  async function run(...args: string[]): Promise<{ out: string; err: string }> {
    const child = endWithTests(
      spawn(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN, ...args], {
        // A PATH without programs that open a browser.
        env: { PATH: dirname(process.execPath) },
      }),
    );
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
      if (out.includes('reloads')) child.kill();
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    await once(child, 'close');
    return { out, err };
  }

  it('prints where the card is', async () => {
    expect(await run(server.mcpUrl)).toEqual({
      out: expect.stringMatching(/^The card is at http:\/\/127\.0\.0\.1:\d+\/\n/),
      err: '',
    });
  });

  it('goes to the card that is named', async () => {
    const { out } = await run(server.mcpUrl, 'greeting_card', 'bob', 'hunter2');
    expect(out).toMatch(/^The card is at http:\/\/127\.0\.0\.1:\d+\/\?card=greeting_card\n/);
  });

  it('says what to do where there are no demo users, and needs none where nobody signs in', async () => {
    const without = await startExample({ DEMO_DATA: 'false' });
    const { err } = await run(without.mcpUrl);
    expect(err).toMatch(
      /^No preview: Sign-in failed: [^.]+\. Name a user: [^.]+ USER PASSWORD, or set MCP_AUTH_TOKEN\.\n$/,
    );
    await without.stop();
    const open = await startExample({ AUTH_MODE: 'none' });
    expect((await run(open.mcpUrl)).out).toMatch(/^The card is at /);
    await open.stop();
  });

  it('asks whether the server is running only when nothing answers', async () => {
    const mcpUrl = `http://127.0.0.1:${await freePort()}/mcp`;
    expect((await run(mcpUrl)).err).toBe(
      `No preview: nothing answers. Is the server running at ${mcpUrl}?\n`,
    );
    const refused = await run(server.mcpUrl, 'alice', 'wrong');
    expect(refused.err).toMatch(/^No preview: Sign-in failed: [^.]+\.\n$/);
  });
});
