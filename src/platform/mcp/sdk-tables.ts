import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';

/** The tables in which the SDK looks up what a request names. */
const TABLES = [
  '_registeredTools',
  '_registeredResources',
  '_registeredResourceTemplates',
  '_registeredPrompts',
  '_toolInputSchemaJson',
];

/**
 * Works around the SDK: its tables are plain objects, in which names such as `toString` are found although nobody has
 * registered them. Call it before anything is registered.
 */
export function forgetInheritedNames(server: McpServer): void {
  Object.assign(server, Object.fromEntries(TABLES.map((name) => [name, Object.create(null)])));
}

/**
 * Works around the SDK: it answers `completion/complete` only once something with completions is registered, although
 * the capability has been advertised, and clients take -32601 for "never". Registers such a thing and removes it.
 */
export function answerCompletions(server: McpServer): void {
  const template = new ResourceTemplate('none:{x}', { list: undefined, complete: { x: () => [] } });
  server.registerResource('none', template, {}, () => ({ contents: [] })).remove();
}
