import { type McpServer, SdkError, SdkErrorCode } from '@modelcontextprotocol/server';

/** What the SDK checks before every request to the client, if it is told to enforce capabilities. */
interface Outgoing {
  assertCapabilityForMethod: (method: string) => void;
}

/**
 * Refuses at once what a handler asks of the client where no answer can come back. The server must be created with
 * `enforceStrictCapabilities`, which refuses what the client has not declared.
 *
 * Works around the SDK, which serves the 2025 era at `/mcp` without sessions: it sends the question, drops the answer,
 * because that arrives in a request of its own, and lets the handler wait until its time is up.
 */
export function refuseQuestions(server: McpServer): void {
  const low = server.server;
  const outgoing = low as unknown as Outgoing;
  const assertCapability = outgoing.assertCapabilityForMethod.bind(low);
  const elicitInput = low.elicitInput.bind(low);
  const assertCarried = (method: string) => {
    if (carriesQuestions(server)) return;
    throw new UnaskedError(method);
  };
  outgoing.assertCapabilityForMethod = (method) => {
    assertCarried(method);
    assertCapability(method);
  };
  low.elicitInput = async (...params: Parameters<typeof elicitInput>) => {
    assertCarried('elicitation/create');
    return elicitInput(...params);
  };
}

/**
 * Checks whether the client can answer questions at all: in a session of the SSE transport, or in the next round of the
 * 2026 era, whose revision is known before a handler runs.
 */
export function carriesQuestions({ server }: McpServer): boolean {
  return server.transport?.sessionId !== undefined || server.getNegotiatedProtocolVersion() !== undefined;
}

/** Means that a handler asked for something where no answer can come back. */
export class UnaskedError extends SdkError {
  /** @param question what was asked, for the operator */
  constructor(question = 'inputRequired') {
    const reason = 'requests of the 2025 era to /mcp carry no questions to the client';
    super(SdkErrorCode.CapabilityNotSupported, `${question} cannot be sent: ${reason}`);
  }
}

/** Checks whether a handler failed because the client could not be asked. */
export function isRefusedQuestion(error: unknown): error is SdkError {
  return (
    error instanceof SdkError &&
    (error.code === SdkErrorCode.CapabilityNotSupported ||
      error.code === SdkErrorCode.MethodNotSupportedByProtocolVersion)
  );
}

/** What the model and its user read instead of an answer that would have needed one of theirs. */
export const UNASKED =
  'This needs an answer from the client in the middle of the call, which this client or its connection cannot give. ' +
  'Use a client that can show forms, with revision 2026-07-28, or connect it over SSE.';
