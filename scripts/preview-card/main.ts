/**
 * Shows the card of the running server in a real MCP Apps host, for whoever edits it. Start the server first.
 *
 *   npm run preview:card                                    as the demo user alice
 *   npm run preview:card -- http://localhost:8000/mcp bob hunter2
 */
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { openBrowser, signInHeadless } from '../../examples/browser.js';
import { CallbackServer } from '../../examples/callback-server.js';
import { ExampleOAuthProvider } from '../../examples/oauth-provider.js';
import { startPreview } from './server.js';

const PORT = 8080;
const [mcpUrl = 'http://localhost:8000/mcp', username = 'alice', password = 'password123'] =
  process.argv.slice(2);

try {
  const preview = await startPreview(mcpUrl, await signIn(), PORT);
  console.log(
    `The card is at ${preview.url}\nReload the page to see changes; npm run dev restarts the server after them.`,
  );
  openBrowser(new URL(preview.url));
} catch (error) {
  console.error(
    `No preview: ${error instanceof Error ? error.message : error}. Is the server running at ${mcpUrl}?`,
  );
  process.exitCode = 1;
}

async function signIn(): Promise<string> {
  const callback = await CallbackServer.start();
  const provider = new ExampleOAuthProvider(callback.url, (target) =>
    signInHeadless(target, username, password),
  );
  const transport = new StreamableHTTPClientTransport(new URL(mcpUrl), { authProvider: provider });
  try {
    await new Client({ name: 'card-preview', version: '1.0.0' }).connect(transport);
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth(await callback.answer);
  } finally {
    callback.close();
  }
  return provider.tokens()?.access_token ?? '';
}
