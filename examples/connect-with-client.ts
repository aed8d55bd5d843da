/**
 * Connects to the running server as a client does, and shows what it offers. Start the server first.
 *
 *   npm run example                                      signs in: registers, opens the browser, receives the answer
 *   npm run example -- --headless alice password123      signs in without a browser, for scripts
 *   MCP_AUTH_TOKEN=... npm run example                   uses the static token, as a service does
 *   npm run example -- https://mcp.example.com/mcp       another server; else the one of PUBLIC_URL or PORT in .env
 */
import { parseArgs } from 'node:util';
import { type AuthProvider, auth, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { config as loadDotenv } from 'dotenv';
import { openBrowser, signInHeadless } from './browser.js';
import type { ExampleOAuthProvider } from './oauth-provider.js';
import { signIn } from './sign-in.js';

loadDotenv({ quiet: true });
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { headless: { type: 'boolean' } },
});
const { PUBLIC_URL: origin = `http://localhost:${process.env['PORT'] || 8000}` } = process.env;
const url = new URL(positionals.find((argument) => argument.startsWith('http')) ?? `${origin}/mcp`);
const [username = '', password = ''] = positionals.filter((argument) => !argument.startsWith('http'));
const token = process.env['MCP_AUTH_TOKEN']?.split(',')[0];

try {
  await showServer();
} catch (error) {
  console.error(describe(error));
  process.exitCode = 1;
}

async function showServer(): Promise<void> {
  const client =
    token && !values.headless ? await connect({ token: async () => token }) : await signInAndConnect();
  console.log(
    `Connected to ${client.getServerVersion()?.title} with MCP ${client.getNegotiatedProtocolVersion()}`,
  );

  const { tools } = await client.listTools();
  console.log('\nTools');
  for (const tool of tools) console.log(`  ${tool.name.padEnd(28)} ${tool.description}`);
  const { resources } = await client.listResources();
  console.log('\nResources');
  for (const resource of resources) console.log(`  ${resource.uri.padEnd(28)} ${resource.description}`);
  const { prompts } = await client.listPrompts();
  console.log('\nPrompts');
  for (const prompt of prompts) console.log(`  ${prompt.name.padEnd(28)} ${prompt.description}`);

  const calls = [
    { name: 'whoami', arguments: {} },
    { name: 'get_order_status', arguments: { order_id: 'ORD-1001' } },
  ];
  for (const call of calls) {
    const { content } = await client.callTool(call);
    const [answer] = content;
    console.log(
      `\n${call.name} ${JSON.stringify(call.arguments)}\n  ${answer?.type === 'text' ? answer.text : answer?.type}`,
    );
  }
  await client.close();
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message === 'fetch failed')
    return `Nothing answers at ${url}. Start the server first, or name its address.`;
  return error.message;
}

async function connect(authProvider: AuthProvider | ExampleOAuthProvider): Promise<Client> {
  const connecting = new Client(
    { name: 'example', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' } },
  );
  await connecting.connect(new StreamableHTTPClientTransport(url, { authProvider }));
  return connecting;
}

/** Signs in, and refreshes once to show it. */
async function signInAndConnect(): Promise<Client> {
  const provider = await signIn(url, async (target) => {
    console.log(`Sign in here: ${target}\n`);
    if (values.headless) await signInHeadless(target, username, password);
    else openBrowser(target);
  });
  // With a refresh token at hand this is a refresh; the SDK does the same by itself when an access token expires.
  await auth(provider, { serverUrl: url });
  console.log(`Signed in, and refreshed the access token (scope: ${provider.tokens()?.scope})\n`);
  return connect(provider);
}
