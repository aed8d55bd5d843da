import { parseArgs } from 'node:util';
import { readEnvironment } from '../../src/platform/config/config.js';
import { describeStartFailure } from '../../src/platform/lifecycle.js';
import { startServer } from '../../src/platform/start.js';
import server from '../../src/server.js';
import type { OpenTunnel } from './ngrok.js';

const NO_TOKEN =
  'Set NGROK_AUTHTOKEN in .env (a free one: https://dashboard.ngrok.com), or name a tunnel that is already running: npm run tunnel -- --url https://...';

/**
 * Starts the server with the public address of a tunnel. The address must be known before the server starts, because it
 * is the issuer in every token and document.
 *
 * @param args the command line: nothing, or `--url` with the address of a tunnel that is already running
 */
export async function runTunnel(args: string[], openTunnel: OpenTunnel): Promise<void> {
  try {
    const { values } = parseArgs({ args, options: { url: { type: 'string' } } });
    const { port, ngrokAuthtoken } = readEnvironment(server.settings).config;
    if (values.url === undefined && ngrokAuthtoken === undefined) throw new Error(NO_TOKEN);
    const url = values.url ?? (await openThrough(openTunnel, port, ngrokAuthtoken ?? ''));
    // The tunnel is the only proxy in front. Without demo data a test server would have no users.
    const environment = readEnvironment(
      server.settings,
      { PUBLIC_URL: url, TRUST_PROXY: '1' },
      { DEMO_DATA: 'true' },
    );
    await startServer(server, environment);
    const { config } = environment;
    console.error(instructions(config.publicUrl, config.mcpAuthToken.length > 0));
  } catch (error) {
    console.error(describeStartFailure(error));
    process.exit(1);
  }
}

async function openThrough(openTunnel: OpenTunnel, port: number, authtoken: string): Promise<string> {
  try {
    return await openTunnel(port, authtoken);
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    throw new Error(`the tunnel could not be opened: ${reason}. Check NGROK_AUTHTOKEN and your connection`);
  }
}

function instructions(url: string, hasServiceToken: boolean): string {
  const token = hasServiceToken ? 'the value of MCP_AUTH_TOKEN' : 'set MCP_AUTH_TOKEN in .env first';
  return `  Paste into Connext   ${url}/mcp   (OAuth; each user signs in)
  Paste into Nexus     ${url}/mcp   (Streamable HTTP; token: ${token})
  Anyone who knows this address can reach the server until you stop it with Ctrl+C.
`;
}
