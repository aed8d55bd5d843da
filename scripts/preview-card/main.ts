/**
 * Shows the card of the running server in a real MCP Apps host, for whoever edits it. Start the server first.
 *
 *   npm run preview:card                                    as the demo user alice
 *   npm run preview:card -- http://localhost:8000/mcp bob hunter2
 */
import { openBrowser, signInHeadless } from '../../examples/browser.js';
import { signIn } from '../../examples/sign-in.js';
import { startPreview } from './server.js';

const PORT = 8080;
const [mcpUrl = 'http://localhost:8000/mcp', username = 'alice', password = 'password123'] =
  process.argv.slice(2);

try {
  const user = await signIn(new URL(mcpUrl), (target) => signInHeadless(target, username, password));
  const preview = await startPreview(mcpUrl, user.tokens()?.access_token ?? '', PORT);
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
