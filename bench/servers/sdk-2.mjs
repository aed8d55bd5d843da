/** The SDK 2.x alone, by its own recipe for `node:http`: no authentication, no log. */
import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { definition, name, roll } from './roll-dice.mjs';

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'sdk-2', version: '1.0.0' });
  server.registerTool(name, definition, roll);
  return server;
});
createServer(toNodeHandler(handler)).listen(Number(process.env.PORT), '127.0.0.1');
