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
  await fetch(new URL('/healthz', mcpUrl)).catch(() => {
    throw new Error(`nothing answers. Is the server running at ${mcpUrl}?`);
  });
  const user = await signIn(new URL(mcpUrl), (target) => signInHeadless(target, username, password));
  const token = user.tokens()?.access_token ?? '';
  const preview = await startPreview({ mcpUrl, token, port: PORT });
  console.log(
    `The card is at ${preview.url}\nWith npm run dev as the server, the page reloads whenever a file of the card changes.`,
  );
  openBrowser(new URL(preview.url));
} catch (error) {
  console.error(`No preview: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
