import {
  completable,
  type GetPromptResult,
  type Icon,
  type InputRequiredResult,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { compileInputSchema } from './arguments.js';
import { bindCompletions, type Complete } from './completions.js';
import { type HandlerContext, handlerContext } from './context.js';
import { assertScopes, challengeFor, withErrorBoundary } from './failures.js';
import type { ScopeOf } from './request-scopes.js';

/** A prompt: instructions for the model that a user or a platform selects. */
export interface PromptDefinition<Args extends z.ZodObject, Services> {
  name: string;
  title: string;
  description: string;
  /** Platforms that read every prompt send no arguments, so make them optional. */
  argsSchema?: Args;
  complete?: { [Argument in keyof z.output<Args> & string]?: Complete<Services> };
  icons?: Icon[];
  _meta?: Record<string, unknown>;
  /** The caller needs all of these. */
  scopes: [string, ...string[]];
  /** Returns the prompt. Text becomes a single user message. */
  get: (args: z.output<Args>, context: HandlerContext<Services>) => PromptAnswer | Promise<PromptAnswer>;
}

/** Text, a full MCP result, or a request for input. */
type PromptAnswer = string | GetPromptResult | InputRequiredResult;

/** A prompt that is ready to be registered with the server of a request. */
export interface Prompt<Services = unknown> {
  name: string;
  description: string;
  scopes: string[];
  register: (server: McpServer, scopeOf: ScopeOf<Services>) => void;
}

const NO_ARGUMENTS = z.object({});

/**
 * Defines a prompt.
 *
 * @example
 * export const tableTalk = definePrompt({
 *   name: 'table_talk',
 *   title: 'Table talk',
 *   description: 'How to take a reservation',
 *   argsSchema: z.object({ language: z.string().optional().describe('What the guest speaks') }),
 *   complete: { language: (typed) => ['English', 'French'].filter((each) => each.startsWith(typed)) },
 *   scopes: ['read'],
 *   get: ({ language }) => `Ask for the day, the time and the number of people. Speak ${language ?? 'English'}.`,
 * });
 */
export function definePrompt<Args extends z.ZodObject = typeof NO_ARGUMENTS, Services = unknown>(
  definition: PromptDefinition<Args, Services>,
): Prompt<Services> {
  const { name, argsSchema, complete = {}, scopes, get, ...advertised } = definition;
  const compiled = argsSchema && compileInputSchema(argsSchema, `Prompt ${name}: argsSchema`);
  const config = { ...advertised, scopeChallenge: challengeFor(...scopes) };
  return {
    name,
    description: definition.description,
    scopes,
    register(server, scopeOf) {
      const answer = (args: unknown, sdk: ServerContext) => {
        const scope = scopeOf(sdk);
        return withErrorBoundary(
          () => scope.log.child({ prompt: name }),
          async () => {
            assertScopes(scope.caller, scopes);
            const context = handlerContext(name, server, scope, sdk);
            return messages(definition.description, await get(args as z.output<Args>, context));
          },
        );
      };
      if (compiled === undefined) {
        server.registerPrompt(name, config, (sdk) => answer({}, sdk));
        return;
      }
      // The SDK looks for completions on the fields of the schema.
      const shape = Object.fromEntries(
        Object.entries(bindCompletions(complete, scopes, scopeOf)).map(([argument, callback]) => [
          argument,
          completable(z.string(), callback),
        ]),
      );
      server.registerPrompt(name, { ...config, argsSchema: { ...compiled, shape } }, answer);
    },
  };
}

function messages(description: string, answer: PromptAnswer): GetPromptResult | InputRequiredResult {
  if (typeof answer !== 'string') return answer;
  return { description, messages: [{ role: 'user', content: { type: 'text', text: answer } }] };
}
