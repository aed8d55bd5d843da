import type { Client, ContentBlock, Tool } from '@modelcontextprotocol/client';

/** How many characters of an answer are shown. */
const MAX_SHOWN = 300;

/** Lists the tools, and calls those that only read and need no arguments. */
export async function showTools(client: Client): Promise<void> {
  const { tools } = await client.listTools();
  printTable(
    'Tools',
    tools.map(({ name, description }) => [name, description]),
  );
  const [called, others] = [tools.filter(isCallable), tools.filter((tool) => !isCallable(tool))];
  for (const { name } of called) {
    const { content } = await client.callTool({ name, arguments: {} });
    printAnswer(name, content.map(describeBlock));
  }
  printTable(
    'Tools that were not called',
    others.map((tool) => [tool.name, reasonNotToCall(tool)]),
  );
}

/** Lists the resources, and reads the first one. */
export async function showResources(client: Client): Promise<void> {
  const { resources } = await client.listResources();
  printTable(
    'Resources',
    resources.map(({ uri, description }) => [uri, description]),
  );
  for (const { uri } of resources.slice(0, 1)) {
    const { contents } = await client.readResource({ uri });
    printAnswer(
      uri,
      contents.map((content) => ('text' in content ? shorten(content.text) : '(binary data)')),
    );
  }
}

/** Lists the prompts, and gets the first one that needs no arguments. */
export async function showPrompts(client: Client): Promise<void> {
  const { prompts } = await client.listPrompts();
  printTable(
    'Prompts',
    prompts.map(({ name, description }) => [name, description]),
  );
  const simple = prompts.filter((prompt) => !prompt.arguments?.some(({ required }) => required));
  for (const { name } of simple.slice(0, 1)) {
    const { messages } = await client.getPrompt({ name });
    printAnswer(
      name,
      messages.map(({ content }) => describeBlock(content)),
    );
  }
}

function isCallable(tool: Tool): boolean {
  return tool.annotations?.readOnlyHint === true && requiredArguments(tool).length === 0;
}

function reasonNotToCall(tool: Tool): string {
  const missing = requiredArguments(tool);
  return missing.length > 0 ? `needs ${missing.join(', ')}` : 'may change something';
}

function requiredArguments({ inputSchema }: Tool): string[] {
  return inputSchema.required ?? [];
}

function describeBlock(block: ContentBlock): string {
  return block.type === 'text' ? shorten(block.text) : `(${block.type})`;
}

/** Shortens a text to one line. */
function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}...` : line;
}

function printTable(title: string, rows: [name: string, text: string | undefined][]): void {
  if (rows.length === 0) return;
  console.log(`\n${title}`);
  for (const [name, text = ''] of rows) console.log(`  ${name.padEnd(28)} ${text}`);
}

function printAnswer(name: string, lines: string[]): void {
  console.log(`\n${name}\n  ${lines.join('\n  ')}`);
}
