/**
 * Shows the cards of the running server in a real MCP Apps host while you edit them. Start the server first.
 *
 *   npm run preview:card                                    the first card, as the demo user alice
 *   npm run preview:card -- greeting_card                   the card of this tool
 *   npm run preview:card -- http://localhost:8000/mcp greeting_card bob hunter2
 *   MCP_AUTH_TOKEN=... npm run preview:card                 with the static token, if scripts cannot sign in
 */
import { openBrowser, signInHeadless } from '../../examples/browser.js';
import { signIn } from '../../examples/sign-in.js';
import { ownEndpoint } from '../../examples/target.js';
import { startPreview } from './server.js';

const PORT = 8080;
const DEMO_USER = ['alice', 'password123'];
const ADVICE = 'Name a user: npm run preview:card -- USER PASSWORD, or set MCP_AUTH_TOKEN.';

const staticToken = process.env['MCP_AUTH_TOKEN']?.split(',')[0];
const positionals = process.argv.slice(2);
const mcpUrl = positionals[0]?.startsWith('http') ? (positionals.shift() ?? '') : ownEndpoint();
const tool = positionals.length % 2 === 1 ? positionals.shift() : undefined;

try {
  await fetch(new URL('/healthz', mcpUrl)).catch(() => {
    throw new Error(`nothing answers. Is the server running at ${mcpUrl}?`);
  });
  const token = positionals.length === 0 && staticToken ? staticToken : await signInAs(positionals);
  const preview = await startPreview({ mcpUrl, token, port: PORT });
  const page = new URL(tool === undefined ? preview.url : `${preview.url}?card=${encodeURIComponent(tool)}`);
  console.log(
    `The card is at ${page}\nWith npm run dev as the server, the page reloads whenever a file of the card changes.`,
  );
  openBrowser(page);
} catch (error) {
  console.error(`No preview: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

/** Returns an access token, or an empty string if the server requires no sign-in. */
async function signInAs(named: string[]): Promise<string> {
  const [username = '', password = ''] = named.length > 0 ? named : DEMO_USER;
  try {
    const user = await signIn(new URL(mcpUrl), (target) => signInHeadless(target, username, password));
    return user.tokens()?.access_token ?? '';
  } catch (error) {
    if (named.length > 0) throw error;
    throw new Error(`${(error as Error).message.replace(/\.?$/, '.')} ${ADVICE}`);
  }
}
