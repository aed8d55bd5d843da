import { type CallToolResult, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

/** How long the server may take to come back, in milliseconds. */
const RESTART_MS = 15_000;
const RETRY_MS = 300;

/** The card as the server gives it, in both forms. */
export interface CardSource {
  client: Client;
  args: Record<string, string>;
  result: CallToolResult;
  template: string;
  embedded: string;
}

/**
 * Calls the tool and reads its template. A server that is restarting is waited for.
 *
 * @param era a revision of MCP, or `legacy`
 * @param waiting told when the server is not ready
 * @throws what the server says, when it is ready and still does not give a card
 */
export async function readCard(
  era: string,
  args: Record<string, string>,
  waiting: () => void,
): Promise<CardSource> {
  const deadline = Date.now() + RESTART_MS;
  let [isWaiting, failures] = [false, 0];
  for (;;) {
    if ((await fetch('ready')).ok || Date.now() > deadline) {
      try {
        return await askForCard(era, args);
      } catch (error) {
        // The first one may have met the server in the moment it stopped.
        failures += 1;
        if (failures === 2 || Date.now() > deadline) throw error;
      }
    } else if (!isWaiting) {
      isWaiting = true;
      waiting();
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function askForCard(era: string, args: Record<string, string>): Promise<CardSource> {
  const { mcpUrl, token } = (await (await fetch('config.json')).json()) as { mcpUrl: string; token: string };
  const mode = era === 'legacy' ? ('legacy' as const) : { pin: era };
  const client = new Client({ name: 'card-preview', version: '1.0.0' }, { versionNegotiation: { mode } });
  const headers = { Authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), { requestInit: { headers } }));
  const result = await client.callTool({ name: 'greeting_card', arguments: args });
  const block = result.content.find(({ type }) => type === 'resource');
  if (block?.type !== 'resource' || !('text' in block.resource)) throw new Error('No embedded card');
  // The same address as that of the template.
  const { contents } = await client.readResource({ uri: block.resource.uri });
  const [template] = contents;
  if (template === undefined || !('text' in template)) throw new Error('No template');
  return { client, args, result, template: template.text, embedded: block.resource.text };
}
