import type { Answer, Json } from './request.js';

/** Something that would stop a client, and what to do about it. */
export interface Problem {
  problem: string;
  fix: string;
  /** A warning may be intentional; it does not make the doctor fail. */
  warning?: boolean;
}

/** What the checks learn about a server. Each check can use the findings of earlier ones. */
export interface DoctorRun {
  /** The address of the MCP endpoint, as given to clients. */
  mcpUrl: string;
  /** A static token, for the checks that need one. */
  token: string | undefined;
  /** The endpoint's answer to a request without a token. */
  first?: Answer;
  resourceMetadata?: Json;
  /** The issuer named by the resource metadata. */
  issuer?: string;
  serverMetadata?: Json;
  /** The URL of that metadata. */
  serverMetadataUrl?: string;
}

/** Says why a check did not apply. */
export class Skipped {
  constructor(readonly reason: string) {}
}

/** A problem that makes further checks pointless. */
export class FatalProblem extends Error {
  constructor(readonly finding: Problem) {
    super(finding.problem);
  }
}

export interface Check {
  name: string;
  run: (doctorRun: DoctorRun) => Promise<Problem[] | Skipped>;
}

export interface Outcome {
  check: string;
  status: 'ok' | 'warning' | 'problem' | 'skipped';
  problems: Problem[];
  warnings: Problem[];
  reason?: string;
}

/**
 * Runs the checks one after the other.
 *
 * @param onOutcome receives each outcome as soon as it is known
 */
export async function runChecks(
  doctorRun: DoctorRun,
  checks: Check[],
  onOutcome: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { name, run } of checks) {
    let isFatal = false;
    const result = await run(doctorRun).catch((error: unknown) => {
      isFatal = error instanceof FatalProblem;
      return [error instanceof FatalProblem ? error.finding : unanswered(error)];
    });
    const outcome: Outcome =
      result instanceof Skipped
        ? { check: name, status: 'skipped', problems: [], warnings: [], reason: result.reason }
        : judge(name, result);
    onOutcome(outcome);
    outcomes.push(outcome);
    if (isFatal) break;
  }
  return outcomes;
}

function judge(check: string, found: Problem[]): Outcome {
  const problems = found.filter(({ warning }) => !warning);
  const warnings = found.filter(({ warning }) => warning);
  const status = problems.length > 0 ? 'problem' : warnings.length > 0 ? 'warning' : 'ok';
  return { check, status, problems, warnings };
}

/** Returns the address of an endpoint named by the metadata, if it is a valid URL. */
export function endpoint({ serverMetadata }: DoctorRun, name: string): string | undefined {
  const value = serverMetadata?.[name];
  return typeof value === 'string' && URL.canParse(value) ? value : undefined;
}

/** Checks whether an address belongs to the server itself rather than to an external identity provider. */
export function isOwn({ mcpUrl }: DoctorRun, url: string): boolean {
  return new URL(url).origin === new URL(mcpUrl).origin;
}

function unanswered(error: unknown): Problem {
  const { message, cause } = error as Error;
  const reason = cause instanceof Error ? cause.message : message;
  return {
    problem: `There was no answer: ${reason}`,
    fix: 'Check whether the server or the proxy drops such requests',
  };
}
