import {
  completable,
  type GetPromptResult,
  type Icon,
  type McpServer,
  requireScopes,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { type HandlerContext, handlerContext, type RequestScope } from './context.js';
import { bindCompletions, type Complete } from './define-resource.js';
import { assertScopes, withErrorBoundary } from './failures.js';
import { compileSchema } from './schema.js';

/** A prompt: words for the model, which a user or a platform picks. */
export interface PromptDefinition<Args extends z.ZodObject, Services> {
  name: string;
  title: string;
  description: string;
  /** Platforms that read every prompt send no arguments, so make them optional. */
  argsSchema?: Args;
  complete?: { [Argument in keyof z.output<Args> & string]?: Complete<Services> };
  icons?: Icon[];
  _meta?: Record<string, unknown>;
  /** The caller needs all of them. */
  scopes: [string, ...string[]];
  /** Text becomes one user message. */
  get: (
    args: z.output<Args>,
    context: HandlerContext<Services>,
  ) => string | GetPromptResult | Promise<string | GetPromptResult>;
}

/** A prompt ready to be registered with the server of one request. */
export interface Prompt<Services = unknown> {
  name: string;
  description: string;
  register: (server: McpServer, requestScope: RequestScope<Services>) => void;
}

const NO_ARGUMENTS = z.object({});

/** Makes a prompt. */
export function definePrompt<Args extends z.ZodObject = typeof NO_ARGUMENTS, Services = unknown>(
  definition: PromptDefinition<Args, Services>,
): Prompt<Services> {
  const { name, argsSchema, complete = {}, scopes, get, ...advertised } = definition;
  const compiled = argsSchema && compileSchema(argsSchema);
  const config = { ...advertised, scopeChallenge: requireScopes(...scopes) };
  return {
    name,
    description: definition.description,
    register(server, requestScope) {
      const answer = (args: unknown, context: HandlerContext<Services>) =>
        withErrorBoundary(requestScope.log.child({ prompt: name }), async () => {
          assertScopes(requestScope.caller, scopes);
          return messages(definition.description, await get(args as z.output<Args>, context));
        });
      if (compiled === undefined) {
        server.registerPrompt(name, config, (sdk) => answer({}, handlerContext(requestScope, sdk)));
        return;
      }
      // The SDK looks for completions on the fields of the schema.
      const shape = Object.fromEntries(
        Object.entries(bindCompletions(complete, scopes, requestScope)).map(([argument, callback]) => [
          argument,
          completable(z.string(), callback),
        ]),
      );
      server.registerPrompt(name, { ...config, argsSchema: { ...compiled, shape } }, (args, sdk) =>
        answer(args, handlerContext(requestScope, sdk)),
      );
    },
  };
}

function messages(description: string, answer: string | GetPromptResult): GetPromptResult {
  if (typeof answer !== 'string') return answer;
  return { description, messages: [{ role: 'user', content: { type: 'text', text: answer } }] };
}
