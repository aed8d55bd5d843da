import type { McpUiToolMeta } from '@modelcontextprotocol/ext-apps';
import { registerAppTool } from '@modelcontextprotocol/ext-apps/server';
import {
  type CallToolResult,
  type Icon,
  type InputRequiredResult,
  isInputRequiredResult,
  type McpServer,
  ProtocolError,
  type ServerContext,
  type ToolAnnotations,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { StoreUnavailableError } from '../http/errors.js';
import { isRecord } from '../json.js';
import { wellFormedJson } from '../well-formed.js';
import { compileInputSchema } from './arguments.js';
import { carriesQuestions, UnaskedError } from './asking.js';
import { type ToolContext, toolContext } from './context.js';
import {
  assertScopes,
  assertWritable,
  challengeFor,
  logAndMaskFailure,
  ToolError,
  toolError,
} from './failures.js';
import type { ScopeOf } from './request-scopes.js';
import { type CompiledSchema, compileSchema } from './schema.js';
import { withTimeLimit } from './time-limit.js';

/**
 * What a handler may return: a request for input, an error, or its result. With an `outputSchema` the result must carry
 * matching structured content. Without one it is plain text or any MCP result.
 */
export type ToolAnswer<Output extends z.ZodType | undefined> =
  | InputRequiredResult
  | (CallToolResult & { isError: true; structuredContent?: never })
  | (Output extends z.ZodType
      ? CallToolResult & { structuredContent: z.input<Output> }
      : string | CallToolResult);

/** A tool: how clients and models see it, and what it does. */
export interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodType | undefined, Services> {
  name: string;
  title: string;
  /** Tells the model what the tool does and when to use it. */
  description: string;
  /** Unknown arguments are dropped, never refused, because platforms add their own parameters to every call. */
  inputSchema?: Input;
  /** The shape of `structuredContent`, enforced by the compiler and at run time. */
  outputSchema?: Output;
  annotations?: ToolAnnotations;
  icons?: Icon[];
  /** The caller needs all of these. */
  scopes: [string, ...string[]];
  _meta?: Record<string, unknown>;
  /** The MCP App that shows the answer in hosts that support it. */
  ui?: McpUiToolMeta;
  handler: (
    args: z.output<Input>,
    context: ToolContext<Services>,
  ) => ToolAnswer<Output> | Promise<ToolAnswer<Output>>;
}

/** A tool that is ready to be registered with the server of a request. */
export interface Tool<Services = unknown> {
  name: string;
  title: string;
  description: string;
  /** The input schema as JSON Schema. */
  inputSchema: Record<string, unknown>;
  /** The values of arguments that are left out. */
  defaults: Record<string, unknown>;
  /** The URI of the MCP App that shows the answer, if any. */
  card: string | undefined;
  scopes: string[];
  register: (server: McpServer, scopeOf: ScopeOf<Services>) => void;
}

const NO_ARGUMENTS = z.object({});

/**
 * Defines a tool. Its schemas are converted here, once, so a mistake in them stops the start.
 *
 * Errors the handler throws are logged, and the model sees only a reference to the log line. For errors that the model
 * or its user can correct, return `toolError` or throw `ToolError`.
 *
 * @example
 * export const tableFor = defineTool({
 *   name: 'table_for',
 *   title: 'Find a table',
 *   description: 'Finds a free table. Use it when someone wants to eat here.',
 *   inputSchema: z.object({ people: z.number().int().min(1).max(20).describe('How many people') }),
 *   outputSchema: z.object({ table: z.string() }),
 *   annotations: { readOnlyHint: true, openWorldHint: false },
 *   scopes: ['read'],
 *   handler: ({ people }) =>
 *     people > 8 ? toolError('Eight people at most. Offer two tables.') : structured({ table: 'window' }),
 * });
 */
export function defineTool<
  Input extends z.ZodObject = typeof NO_ARGUMENTS,
  Output extends z.ZodType | undefined = undefined,
  Services = unknown,
>(definition: ToolDefinition<Input, Output, Services>): Tool<Services> {
  const { name, handler, scopes, inputSchema, outputSchema, ui, ...advertised } = definition;
  const output = outputSchema && compileSchema(outputSchema, 'output', `Tool ${name}: outputSchema`);
  const config = {
    ...advertised,
    inputSchema: compileInputSchema(inputSchema ?? NO_ARGUMENTS, `Tool ${name}: inputSchema`),
    ...(output && { outputSchema: onlyAdvertised(output) }),
    scopeChallenge: challengeFor(...scopes),
  };
  return {
    name,
    title: definition.title,
    description: definition.description,
    inputSchema: config.inputSchema.json,
    defaults: config.inputSchema.defaults,
    card: ui?.resourceUri,
    scopes,
    register(server, scopeOf) {
      const callback = (args: unknown, sdk: ServerContext): Promise<CallToolResult | InputRequiredResult> => {
        const scope = scopeOf(sdk);
        return withTimeLimit(scope.toolTimeoutMs, sdk.mcpReq.signal, async (stop) => {
          try {
            assertScopes(scope.caller, scopes);
            const context = toolContext(name, server, scope, sdk, stop);
            const answer: string | CallToolResult | InputRequiredResult = await handler(
              args as z.output<Input>,
              context,
            );
            const result = typeof answer === 'string' ? textResult(answer) : answer;
            if (!isRecord(result)) throw new TypeError('The handler did not return a result');
            if (isInputRequiredResult(result) && !carriesQuestions(server)) throw new UnaskedError();
            assertWritable(result);
            return output ? await withOutput(output, result) : result;
          } catch (error) {
            if (error instanceof ToolError) return toolError(error.message);
            if (error instanceof ProtocolError || error instanceof StoreUnavailableError) throw error;
            // A stopped handler that throws is not a server failure, and nobody sees the answer.
            if (stop.isOver) return toolError('The call was stopped.');
            return toolError(logAndMaskFailure(scope.log.child({ tool: name }), error));
          }
        });
      };
      if (ui === undefined) server.registerTool(name, config, callback);
      // The official helper also writes the key that older hosts expect.
      else registerAppTool(server, name, { ...config, _meta: { ...config._meta, ui } }, callback);
    },
  };
}

/**
 * Returns a result with its structured content as the output schema makes it: with the defaults, and without members that
 * it does not declare. Clients compare it with the advertised schema, which describes exactly that.
 *
 * @throws with the problem zod found
 */
async function withOutput<Result extends CallToolResult | InputRequiredResult>(
  schema: CompiledSchema,
  result: Result,
): Promise<Result> {
  if (isInputRequiredResult(result) || result.isError) return result;
  const checked = await schema['~standard'].validate(result.structuredContent);
  if (checked.issues) {
    throw new TypeError(`structuredContent does not match outputSchema: ${z.prettifyError(checked)}`);
  }
  return { ...result, structuredContent: checked.value };
}

/**
 * Keeps the SDK from checking a result again. It would show a mismatch to the client without logging it, and a value that
 * has been converted does not always match what it was converted from.
 */
function onlyAdvertised(schema: CompiledSchema): CompiledSchema {
  return { ...schema, '~standard': { ...schema['~standard'], validate: (value) => ({ value }) } };
}

/**
 * Returns a structured result: the data, plus text for clients that read only text.
 *
 * @param text what such clients show; the data as JSON by default
 * @example
 * return structured({ open: true, until: '17:00' }, 'Open until 17:00');
 */
export function structured<Data extends Record<string, unknown>>(
  data: Data,
  text = wellFormedJson(JSON.stringify(data)),
): CallToolResult & { structuredContent: Data } {
  return { ...textResult(text), structuredContent: data };
}

function textResult(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] };
}
