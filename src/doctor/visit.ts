import type { Answer, Json } from './ask.js';

/** Something a client would stumble over, and what to do about it. */
export interface Problem {
  problem: string;
  fix: string;
}

/** What the checks learn on their way through a server; each can use what those before it found. */
export interface Visit {
  /** The address of the MCP endpoint, as a client is given it. */
  mcpUrl: string;
  /** A static token for the checks that need to be signed in. */
  token: string | undefined;
  /** The endpoint's answer to a request without a token. */
  first?: Answer;
  resourceMetadata?: Json;
  /** The issuer named by the resource metadata. */
  issuer?: string;
  serverMetadata?: Json;
}

/** Nothing to check here, and why. */
export class Skipped {
  constructor(readonly reason: string) {}
}

/** No further check makes sense. */
export class Hopeless extends Error {
  constructor(readonly finding: Problem) {
    super(finding.problem);
  }
}

export interface Check {
  name: string;
  run: (visit: Visit) => Promise<Problem[] | Skipped>;
}

export interface Outcome {
  check: string;
  status: 'ok' | 'problem' | 'skipped';
  problems: Problem[];
  reason?: string;
}

/**
 * Runs the checks one after the other.
 *
 * @param tell called with each outcome as soon as it is known
 */
export async function examine(
  visit: Visit,
  checks: Check[],
  tell: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { name, run } of checks) {
    let hopeless = false;
    const result = await run(visit).catch((error: unknown) => {
      hopeless = error instanceof Hopeless;
      return [error instanceof Hopeless ? error.finding : unanswered(error)];
    });
    const outcome: Outcome =
      result instanceof Skipped
        ? { check: name, status: 'skipped', problems: [], reason: result.reason }
        : { check: name, status: result.length > 0 ? 'problem' : 'ok', problems: result };
    tell(outcome);
    outcomes.push(outcome);
    if (hopeless) break;
  }
  return outcomes;
}

function unanswered(error: unknown): Problem {
  const { message, cause } = error as Error;
  const reason = cause instanceof Error ? cause.message : message;
  return {
    problem: `There was no answer: ${reason}`,
    fix: 'See whether the server or the proxy drops such requests',
  };
}
