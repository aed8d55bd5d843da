import {
  type CallToolResult,
  Client,
  StreamableHTTPClientTransport,
  type Tool,
} from '@modelcontextprotocol/client';
import { getToolUiResourceUri } from '@modelcontextprotocol/ext-apps/app-bridge';

/** How long the server may take to come back, in milliseconds. */
const RESTART_MS = 15_000;
const RETRY_MS = 300;

/** Which card to show, and how to fill in the arguments of its tool. */
export interface CardRequest {
  /** A revision of MCP, or `legacy`. */
  era: string;
  /** The name of a tool with a card. Null means the first such tool. */
  card: string | null;
  argumentsOf: (tool: Tool) => Record<string, unknown>;
}

/** A card as the server sends it, in both forms. */
export interface CardSource {
  client: Client;
  /** Every tool with a card. */
  tools: Tool[];
  tool: Tool;
  args: Record<string, unknown>;
  result: CallToolResult;
  template: string;
  /** Missing when the answer does not include a card. */
  embedded: string | undefined;
}

/**
 * Calls the tool and reads its template. Waits for a server that is restarting.
 *
 * @param waiting called when the server is not ready
 * @throws the server's error when it is ready but sends no card
 */
export async function readCard(request: CardRequest, waiting: () => void): Promise<CardSource> {
  const deadline = Date.now() + RESTART_MS;
  let [isWaiting, failures] = [false, 0];
  for (;;) {
    if ((await fetch('ready')).ok || Date.now() > deadline) {
      try {
        return await fetchCard(request);
      } catch (error) {
        // The first request may have hit the server just as it stopped.
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

async function fetchCard({ era, card, argumentsOf }: CardRequest): Promise<CardSource> {
  const { mcpUrl, token } = (await (await fetch('config.json')).json()) as { mcpUrl: string; token: string };
  const mode = era === 'legacy' ? ('legacy' as const) : { pin: era };
  const client = new Client({ name: 'card-preview', version: '1.0.0' }, { versionNegotiation: { mode } });
  const headers = { Authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), { requestInit: { headers } }));
  const tools = (await client.listTools()).tools.filter((tool) => getToolUiResourceUri(tool) !== undefined);
  const tool = card === null ? tools[0] : tools.find(({ name }) => name === card);
  const uri = tool && getToolUiResourceUri(tool);
  if (tool === undefined || uri === undefined)
    throw new Error(
      card === null ? 'No tool of this server has a card' : `There is no tool ${card} with a card`,
    );
  const args = argumentsOf(tool);
  const result = await client.callTool({ name: tool.name, arguments: args });
  const { contents } = await client.readResource({ uri });
  const [template] = contents;
  if (template === undefined || !('text' in template)) throw new Error(`${uri} is not a document`);
  const embedded = result.content.flatMap((block) =>
    block.type === 'resource' && block.resource.uri === uri && 'text' in block.resource
      ? [block.resource.text]
      : [],
  );
  return { client, tools, tool, args, result, template: template.text, embedded: embedded[0] };
}
