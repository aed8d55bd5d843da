/**
 * Connects to the running server as a client does and shows what it offers. Start the server first.
 *
 *   MCP_AUTH_TOKEN=... npm run example [-- http://localhost:8000/mcp]
 */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { config as loadDotenv } from 'dotenv';

loadDotenv({ quiet: true });
const url = new URL(process.argv[2] ?? 'http://localhost:8000/mcp');
const token = process.env['MCP_AUTH_TOKEN']?.split(',')[0];
if (!token) {
  console.error('Set MCP_AUTH_TOKEN to the token of the server, in the environment or in .env.');
  process.exit(1);
}

const client = new Client({ name: 'example', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
await client.connect(
  new StreamableHTTPClientTransport(url, { requestInit: { headers: { Authorization: `Bearer ${token}` } } }),
);
console.log(
  `Connected to ${client.getServerVersion()?.title} with MCP ${client.getNegotiatedProtocolVersion()}\n`,
);

const { tools } = await client.listTools();
console.log('Tools');
for (const tool of tools) console.log(`  ${tool.name.padEnd(24)} ${tool.description}`);
const { resources } = await client.listResources();
console.log('\nResources');
for (const resource of resources) console.log(`  ${resource.uri.padEnd(24)} ${resource.description}`);
const { prompts } = await client.listPrompts();
console.log('\nPrompts');
for (const prompt of prompts) console.log(`  ${prompt.name.padEnd(28)} ${prompt.description}`);

const calls = [
  { name: 'whoami', arguments: {} },
  { name: 'get_product_info', arguments: { product_id: 'lamp-arc' } },
];
for (const call of calls) {
  const { content } = await client.callTool(call);
  const [answer] = content;
  console.log(
    `\n${call.name} ${JSON.stringify(call.arguments)}\n  ${answer?.type === 'text' ? answer.text : answer?.type}`,
  );
}
await client.close();
