import { z } from 'zod';
import { icons } from '../icons.js';
import { defineTool, structured } from '../platform/mcp/define.js';

export const whoami = defineTool({
  name: 'whoami',
  title: 'Who am I',
  description: 'Shows how the server sees this connection: user or service, scopes, and the client in use.',
  outputSchema: z.object({
    kind: z.enum(['user', 'service']),
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    client_id: z.string(),
  }),
  annotations: { readOnlyHint: true, openWorldHint: false },
  icons: icons.person,
  scopes: ['read'],
  handler: (_args, { caller }) =>
    structured({
      kind: caller.kind,
      id: caller.id,
      name: caller.name,
      scopes: caller.scopes,
      client_id: caller.clientId,
    }),
});
