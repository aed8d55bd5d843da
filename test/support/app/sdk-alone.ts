import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';

/**
 * Sends one request of the 2025 era to a server of the SDK that has none of our work-arounds, so that a test notices
 * when one of them can go.
 *
 * @param register adds what the server offers
 * @returns the first message of the answer
 */
export async function askSdkAlone(
  register: (server: McpServer) => void,
  method: string,
  params: unknown,
): Promise<Record<string, unknown>> {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 's', version: '1' });
    register(server);
    return server;
  });
  const response = await handler.fetch(
    new Request('http://localhost/mcp', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    }),
  );
  const reader = response.body?.getReader();
  const first = new TextDecoder().decode((await reader?.read())?.value);
  await reader?.cancel();
  return JSON.parse(/^data: (.*)$/m.exec(first)?.[1] ?? first);
}
