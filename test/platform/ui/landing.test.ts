import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contentOf } from '../../../src/platform/define-server.js';
import { defineTool } from '../../../src/platform/mcp/define.js';
import { DISCOVERABLE_REVISIONS } from '../../../src/platform/mcp/revisions.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { connectModern } from '../../support/app/clients.js';
import { sendRaw } from '../../support/app/raw.js';
import { brand } from '../fixture/brand.js';
import fixture from '../fixture/server.js';

const content = contentOf(fixture);
let app: TestApp | undefined;
afterEach(async () => {
  await app?.stop();
  app = undefined;
});

async function open(
  environment: Record<string, string> = {},
  parts: Parameters<typeof startApp>[2] = {},
  shown: object = content,
) {
  app = await startApp(shown, environment, parts);
  const answer = await sendRaw(app.listening, '/', { headers: { host: new URL(app.url).host } });
  return { ...answer, app };
}

/** Returns the text of a part of the page, without markup and with single spaces. */
function textOf(page: string, part = /<body>.*<script/s): string {
  const [html = ''] = part.exec(page) ?? [];
  return html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}

describe('the landing page', () => {
  it('is served under a strict policy, and revalidated at every visit', async () => {
    const { status, headers, body } = await open();
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'$/,
      ),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    });
    expect(body).toMatch(/^<!doctype html>/);
  });

  it('answers HEAD and unchanged pages without a body, and leaves other methods to later routes', async () => {
    const { headers, app } = await open();
    expect(await sendRaw(app.url, '/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    const again = await sendRaw(app.url, '/', { headers: { 'If-None-Match': headers['etag'] ?? '' } });
    expect(again).toMatchObject({ status: 304, body: '' });
    expect((await sendRaw(app.url, '/', { method: 'POST' })).status).toBe(404);
  });

  it('shows the content and the brand', async () => {
    const { body, app } = await open();
    const text = textOf(body);
    for (const { name, title, description } of content.tools)
      for (const word of [name, title, description.replaceAll("'", '&#39;')]) expect(text).toContain(word);
    for (const { name, description } of content.scopes) {
      expect(text).toContain(`${name} ${description}`);
    }
    expect(text).toContain('notes://people/{username} The notes of a person');
    expect(text).toContain('summary Asks for a summary of the notes');
    expect(text).not.toContain('ui://');
    expect(text).toContain(brand.tagline);
    expect(text).toContain(`claude mcp add --transport http ${brand.slug} ${app.mcpUrl}`);
    expect(text).toContain('to see the cards of show_card ,');
  });

  it('shows arguments as their schema defines them', async () => {
    const tool = defineTool({
      name: 'order',
      title: 'Order',
      description: 'Orders <b>something</b>',
      inputSchema: z.object({
        what: z.string(),
        count: z.number().default(1),
        size: z.enum(['S', 'M']).default('M'),
        note: z.string().optional(),
        greeting: z.string().default('A default that is longer than the column has room for'),
      }),
      scopes: ['notes:read'],
      handler: () => '',
    });
    const { body } = await open({}, {}, { tools: [tool] });
    const [row = ''] = /<tbody>.*<\/tbody>/s.exec(body) ?? [];
    expect(textOf(row, /.*/s)).toContain('what , count (1), size (M), note (optional), greeting (optional)');
    expect(row).toContain('Orders &#60;b&#62;something&#60;/b&#62;');
  });

  it('leaves out what the content does not have', async () => {
    const { body } = await open({}, {}, {});
    expect(body).not.toMatch(/id="(resources|prompts)"|Allow UI/);
  });

  it.each([
    [{}, 'OAuth 2.1, or a service token', 'sign in with their own account', true],
    [
      { AUTH_MODE: 'external', EXTERNAL_ISSUER: 'https://login.example.com/realm' },
      'OAuth at login.example.com, or a service token',
      'People sign in at login.example.com',
      true,
    ],
    [{ AUTH_MODE: 'none' }, 'None, for this machine only', 'connect without signing in', false],
  ])('says how to sign in (%j)', async (environment, fact, advice, hasCloudClients) => {
    const text = textOf((await open(environment)).body);
    expect(text).toContain(fact);
    expect(text).toContain(advice);
    expect(/ChatGPT|OAuth or service token/.test(text)).toBe(hasCloudClients);
  });

  it('says whether clients register themselves, and which transports there are', async () => {
    const open1 = textOf((await open()).body);
    expect(open1).toContain('Connext registers itself');
    expect(open1).toContain('Streamable HTTP, and SSE for old clients');
    await app?.stop();
    const closed = textOf((await open({ ENABLE_DCR: 'false', ENABLE_SSE: 'false' })).body);
    expect(closed).toContain('Enter the client id you got from the operator');
    expect(closed).not.toContain('SSE');
  });

  it('names the address that clients see, wherever it is opened', async () => {
    const { body } = await open({ PUBLIC_URL: 'https://mcp.example.com' });
    expect(body).toContain('<code id="endpoint">https://mcp.example.com/mcp</code>');
    expect(body).not.toContain('localhost');
  });

  it('names the revisions that the server speaks', async () => {
    const { body, app } = await open();
    const client = await connectModern(app.mcpUrl);
    expect(client.getDiscoverResult()?.supportedVersions).toEqual(DISCOVERABLE_REVISIONS);
    await client.close();
    expect(textOf(body)).toContain(`2024-11-05 to ${DISCOVERABLE_REVISIONS.at(-1)}`);
  });
});

it('the favicon is the logo of the brand', async () => {
  const { app } = await open();
  const icon = await sendRaw(app.url, '/favicon.svg');
  expect(icon.headers).toMatchObject({
    'content-type': 'image/svg+xml',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  });
  expect(icon.body).toContain(brand.logo);
  expect(icon.body).toContain(brand.colors.light.accent);
});
