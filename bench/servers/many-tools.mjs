/** This server with as many tools as `TOOLS` says, each with schemas of its own. */
import { readEnvironment } from '../../dist/platform/config/config.js';
import { defineTool } from '../../dist/platform/mcp/define.js';
import { startServer } from '../../dist/platform/start.js';
import server from '../../dist/server.js';
import { definitionOf, name, roll } from './roll-dice.mjs';

const tools = Array.from({ length: Number(process.env.TOOLS) }, (_, index) =>
  defineTool({
    name: index === 0 ? name : `${name}_${index}`,
    scopes: ['read'],
    ...definitionOf(),
    handler: roll,
  }),
);
await startServer({ ...server, tools }, readEnvironment(server.settings));
