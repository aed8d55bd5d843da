import { randomBytes } from 'node:crypto';
import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  requireScopes,
  type ScopeChallengeHandler,
} from '@modelcontextprotocol/server';
import type { Caller } from '../caller.js';
import { StoreUnavailableError, UnavailableError } from '../http/errors.js';
import type { Logger } from '../logger.js';
import { isRefusedQuestion, UNASKED } from './asking.js';

/**
 * An error that the model or its user can correct. Its message is shown to them unchanged, so say what to do next. It
 * is never logged.
 */
export class ToolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ToolError';
  }
}

/**
 * Returns a tool result that says what went wrong and what to do next. It needs no structured content.
 *
 * @example
 * if (!table) return toolError(`There is no free table at ${time}. Offer 18:00 or 21:00 instead.`);
 */
export function toolError(text: string): CallToolResult & { isError: true; structuredContent?: never } {
  return { content: [{ type: 'text', text }], isError: true };
}

/** Logs a failure the model cannot correct, with its cause, and returns a message that is safe to send. */
export function logAndMaskFailure(log: Logger, error: unknown): string {
  if (isRefusedQuestion(error)) {
    log.warn({ err: error }, 'the client cannot be asked; check canElicit, and return inputRequired');
    return UNASKED;
  }
  if (error instanceof UnavailableError) {
    log.warn({ err: error }, 'unavailable');
    return `${error.advice}.`;
  }
  const reference = randomBytes(6).toString('hex');
  log.error({ err: error, reference }, 'handler failed');
  return `Something went wrong inside the server. Tell its operator this reference: ${reference}`;
}

/** Errors that have been logged, or stand for one that has. */
const logged = new WeakSet<Error>();

/** Logs an error that is sent to the client as -32603, unless that has been done. Returns the error to send. */
export function logInternalError(log: Logger, error: unknown): ProtocolError {
  if (!(error instanceof ProtocolError)) {
    const masked = new ProtocolError(ProtocolErrorCode.InternalError, logAndMaskFailure(log, error));
    logged.add(masked);
    return masked;
  }
  if (error.code === ProtocolErrorCode.InternalError && !logged.has(error)) {
    log.error({ err: error }, 'handler failed');
    logged.add(error);
  }
  return error;
}

/**
 * Runs a resource, prompt or completion handler. Turns an unexpected failure into a masked JSON-RPC error. A failure of
 * the database is left to `guardHandlers`.
 *
 * @param log makes the logger when there is something to log
 */
export async function withErrorBoundary<T>(log: () => Logger, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof StoreUnavailableError) throw error;
    throw logInternalError(log(), error);
  }
}

/** How many levels an answer may nest. A few thousand are more than can be written as JSON. */
const MAX_ANSWER_DEPTH = 1000;

/**
 * Checks that an answer can be written as JSON. The SDK notices only when it sends the answer, and then sends none, so that
 * the client waits.
 *
 * @throws {TypeError} when it is nested too deeply, refers to itself, or holds a BigInt
 */
export function assertWritable(answer: unknown, levels = MAX_ANSWER_DEPTH): void {
  // Throws.
  if (typeof answer === 'bigint') JSON.stringify(answer);
  if (typeof answer !== 'object' || answer === null) return;
  if (levels === 0)
    throw new TypeError(`The answer nests more than ${MAX_ANSWER_DEPTH} levels, or refers to itself`);
  if (Array.isArray(answer)) {
    for (const part of answer) assertWritable(part, levels - 1);
    return;
  }
  const members = answer as Record<string, unknown>;
  for (const name in members) assertWritable(members[name], levels - 1);
}

/** Returns the required scopes the caller lacks. */
export function missingScopes(caller: Pick<Caller, 'scopes'>, scopes: string[]): string[] {
  return scopes.filter((scope) => !caller.scopes.includes(scope));
}

/**
 * Says which scopes are missing and what to do, for clients that show the answer to their user instead of asking for more.
 * Scope names and this text are printable ASCII without quotes, as the header needs (RFC 6750 section 3).
 */
function describeMissing(scopes: string[]): string {
  return `This needs the permission ${scopes.join(' ')}, which was not granted. Connect again and allow it, or use a token that has it`;
}

/**
 * Makes the check that answers 403 over HTTP, before a handler runs, when the caller lacks one of these scopes. The
 * challenge names all of them, and the text those that are missing (RFC 6750 section 3.1).
 */
export function challengeFor(...scopes: [string, ...string[]]): ScopeChallengeHandler {
  const challenge = requireScopes(...scopes);
  return async (context) => {
    const answer = await challenge(context);
    const missing = missingScopes(context.authInfo ?? { scopes: [] }, scopes);
    return answer && { ...answer, errorDescription: describeMissing(missing) };
  };
}

/**
 * Keeps a handler from running for a caller who lacks one of its scopes. Over HTTP the SDK has already answered 403, so
 * that clients can request more scopes. This check covers transports that have no such answer.
 *
 * @throws {ProtocolError} naming the missing scopes, also in its data
 */
export function assertScopes(caller: Caller, scopes: string[]): void {
  const missing = missingScopes(caller, scopes);
  if (missing.length === 0) return;
  throw new ProtocolError(ProtocolErrorCode.InvalidRequest, describeMissing(missing), { scopes: missing });
}
