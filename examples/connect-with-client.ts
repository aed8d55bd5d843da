/**
 * Connects to the running server as a client does, and uses everything it offers that changes nothing. Start the server
 * first. `npm run example -- --help` shows the options.
 */
import { parseArgs } from 'node:util';
import { type AuthProvider, auth, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { openBrowser, signInHeadless } from './browser.js';
import type { ExampleOAuthProvider } from './oauth-provider.js';
import { showPrompts, showResources, showTools } from './offers.js';
import { signIn } from './sign-in.js';
import { ownEndpoint } from './target.js';

const HELP = `Connects to the running server as a client does, and uses what it offers.

  npm run example                                      signs in: registers, opens the browser, receives the answer
  npm run example -- --headless USER PASSWORD          signs in without a browser, for scripts
  MCP_AUTH_TOKEN=... npm run example                   uses the static token, as a service does
  npm run example -- https://mcp.example.com/mcp       another server

Without an address it connects to the server of PUBLIC_URL or PORT in .env, else to http://localhost:8000/mcp.
It calls the tools that only read and need no arguments, reads one resource and gets one prompt.`;
const SEE_HELP = 'See: npm run example -- --help';

/** The parsed command line. */
interface Options {
  url: URL;
  /** The user to sign in without a browser. */
  user?: { username: string; password: string };
}

try {
  const options = readCommandLine();
  if (options === undefined) console.log(HELP);
  else await showServer(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Parses the command line. @returns `undefined` when the user asks for help */
function readCommandLine(): Options | undefined {
  const { values, positionals } = parse();
  if (values.help) return undefined;
  // Also reads `.env`, which may have the static token.
  const own = ownEndpoint();
  const isAddress = (text: string) => /^https?:/.test(text);
  const [address = own] = positionals.filter(isAddress);
  if (!URL.canParse(address)) throw new Error(`${address} is not an address. ${SEE_HELP}`);
  const url = new URL(address);
  const [username, password, further] = positionals.filter((text) => !isAddress(text));
  if (!values.headless) {
    if (username !== undefined) throw new Error(`"${username}" is not an address. ${SEE_HELP}`);
    return { url };
  }
  if (username === undefined || password === undefined || further !== undefined)
    throw new Error(`--headless takes a user name and a password. ${SEE_HELP}`);
  return { url, user: { username, password } };
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { headless: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    const [problem] = (error as Error).message.split('. ');
    throw new Error(`${problem}. ${SEE_HELP}`);
  }
}

async function showServer(options: Options): Promise<void> {
  const client = await signInAndConnect(options).catch((error: Error) => {
    if (error.message !== 'fetch failed') throw error;
    throw new Error(`Nothing answers at ${options.url}. Start the server first, or name its address.`);
  });
  const { title, name } = client.getServerVersion() ?? { name: 'a server without a name' };
  console.log(`Connected to ${title ?? name} with MCP ${client.getNegotiatedProtocolVersion()}`);
  await showTools(client);
  await showResources(client);
  await showPrompts(client);
  await client.close();
}

async function signInAndConnect({ url, user }: Options): Promise<Client> {
  const token = user ? undefined : process.env['MCP_AUTH_TOKEN']?.split(',')[0];
  return connect(url, token ? { token: async () => token } : await authorize(url, user));
}

async function connect(
  url: URL,
  authProvider: AuthProvider | ExampleOAuthProvider | undefined,
): Promise<Client> {
  const client = new Client({ name: 'example', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StreamableHTTPClientTransport(url, authProvider && { authProvider }));
  return client;
}

/** Signs in, and refreshes once to show it. @returns `undefined` if the server requires no sign-in */
async function authorize(url: URL, user: Options['user']): Promise<ExampleOAuthProvider | undefined> {
  const provider = await signIn(url, async (target) => {
    console.log(`Sign in here: ${target}\n`);
    if (user) await signInHeadless(target, user.username, user.password);
    else openBrowser(target);
  });
  if (provider.tokens() === undefined) return undefined;
  // With a refresh token, this refreshes. The SDK does the same on its own when an access token expires.
  await auth(provider, { serverUrl: url });
  console.log(`Signed in, and refreshed the access token (scope: ${provider.tokens()?.scope})\n`);
  return provider;
}
