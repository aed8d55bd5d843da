import type { McpUiToolMeta } from '@modelcontextprotocol/ext-apps';
import { registerAppTool } from '@modelcontextprotocol/ext-apps/server';
import {
  type CallToolResult,
  type Icon,
  type InputRequiredResult,
  type McpServer,
  ProtocolError,
  requireScopes,
  type ServerContext,
  type ToolAnnotations,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { type RequestScope, type ToolContext, toolContext } from './context.js';
import { assertScopes, logAndMaskFailure, ToolError, toolError } from './failures.js';
import { compileSchema } from './schema.js';

/** What a handler may answer: plain text, any MCP result, or a request for input. */
export type ToolAnswer<Output extends z.ZodType> =
  | string
  | (CallToolResult & { structuredContent?: z.input<Output> })
  | InputRequiredResult;

/** A tool: what clients and models see of it, and what it does. */
export interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodType, Services> {
  name: string;
  title: string;
  /** For the model: what it does and when to use it. */
  description: string;
  /** Unknown arguments are dropped, never refused: platforms add parameters of their own to every call. */
  inputSchema?: Input;
  outputSchema?: Output;
  annotations?: ToolAnnotations;
  icons?: Icon[];
  /** The caller needs all of them. */
  scopes: [string, ...string[]];
  _meta?: Record<string, unknown>;
  /** The MCP App that shows the answer, where the host can. */
  ui?: McpUiToolMeta;
  handler: (
    args: z.output<Input>,
    context: ToolContext<Services>,
  ) => ToolAnswer<Output> | Promise<ToolAnswer<Output>>;
}

/** A tool ready to be registered with the server of one request. */
export interface Tool<Services = unknown> {
  name: string;
  title: string;
  description: string;
  /** As JSON Schema. */
  inputSchema: Record<string, unknown>;
  /** The URI of the MCP App that shows its answer. */
  card: string | undefined;
  scopes: string[];
  register: (server: McpServer, requestScope: RequestScope<Services>) => void;
}

const NO_ARGUMENTS = z.object({});

/** Makes a tool. Its schemas are converted here, once; a mistake in them stops the start. */
export function defineTool<
  Input extends z.ZodObject = typeof NO_ARGUMENTS,
  Output extends z.ZodType = z.ZodUnknown,
  Services = unknown,
>(definition: ToolDefinition<Input, Output, Services>): Tool<Services> {
  const { name, handler, scopes, inputSchema, outputSchema, ui, ...advertised } = definition;
  const config = {
    ...advertised,
    inputSchema: compileSchema(inputSchema ?? NO_ARGUMENTS),
    ...(outputSchema && { outputSchema: compileSchema(outputSchema) }),
    scopeChallenge: requireScopes(...scopes),
  };
  return {
    name,
    title: definition.title,
    description: definition.description,
    inputSchema: config.inputSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' }),
    card: ui?.resourceUri,
    scopes,
    register(server, requestScope) {
      const callback = (args: unknown, sdk: ServerContext): Promise<CallToolResult | InputRequiredResult> =>
        withTimeLimit(requestScope.toolTimeoutMs, sdk.mcpReq.signal, async (signal) => {
          try {
            assertScopes(requestScope.caller, scopes);
            const answer = await handler(
              args as z.output<Input>,
              toolContext(requestScope, sdk, { tool: name, signal }),
            );
            return typeof answer === 'string' ? textResult(answer) : answer;
          } catch (error) {
            if (error instanceof ToolError) return toolError(error.message);
            if (error instanceof ProtocolError) throw error;
            // What a stopped handler throws is no failure of the server, and nobody sees the answer.
            if (signal.aborted) return toolError('The call was stopped.');
            return toolError(logAndMaskFailure(requestScope.log.child({ tool: name }), error));
          }
        });
      if (ui === undefined) server.registerTool(name, config, callback);
      // The official helper also writes the key that older hosts look for.
      else registerAppTool(server, name, { ...config, _meta: { ...config._meta, ui } }, callback);
    },
  };
}

/**
 * A structured answer: the data as it is, and as text for clients that read only text.
 *
 * @param text what such a client shows; the data as JSON when left out
 */
export function structured<Data extends Record<string, unknown>>(
  data: Data,
  text = JSON.stringify(data),
): CallToolResult & { structuredContent: Data } {
  return { ...textResult(text), structuredContent: data };
}

function textResult(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] };
}

/** Answers for a handler that takes too long, and tells it to stop. */
async function withTimeLimit<T>(
  milliseconds: number,
  cancelled: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T | CallToolResult> {
  const limit = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<CallToolResult>((resolve) => {
    timer = setTimeout(() => {
      limit.abort(new DOMException('The tool took too long', 'TimeoutError'));
      const seconds = milliseconds / 1000;
      resolve(
        toolError(
          `The tool did not finish within ${seconds} seconds and was stopped. Try again, or ask for less.`,
        ),
      );
    }, milliseconds);
  });
  try {
    return await Promise.race([run(AbortSignal.any([cancelled, limit.signal])), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
