import { config as loadDotenv } from 'dotenv';
import { crossChecks } from './checks.js';
import { type DotenvFaults, inspectDotenv } from './dotenv-file.js';
import { readVariables, type ValuesOf, type VariableTable } from './variable.js';
import { type Config, VARIABLES } from './variables.js';

export type { Config } from './variables.js';

/** The validated environment: the platform's variables, and those a fork adds. */
export interface Environment<Variables extends VariableTable> {
  config: Config;
  settings: ValuesOf<Variables>;
  /** What was passed over or read in part, for the operator. */
  notices: string[];
}

/** Carries every problem of the environment. Each one names its variable and what was expected. */
export class ConfigError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

/**
 * Reads the process environment, and `.env` for variables it does not set.
 *
 * @param variables the fork's own variables
 * @param overrides values that override the environment
 * @param defaults values that back up the environment
 * @throws {ConfigError} listing every problem at once.
 */
export function readEnvironment<Variables extends VariableTable>(
  variables: Variables,
  overrides: Record<string, string> = {},
  defaults: Record<string, string> = {},
): Environment<Variables> {
  loadDotenv({ quiet: true });
  return parseEnvironment(
    variables,
    { ...defaults, ...process.env, ...overrides },
    Boolean(process.stdout.isTTY),
    inspectDotenv('.env'),
  );
}

/**
 * Validates an environment.
 *
 * @param terminal whether logs go to a terminal; the default of `LOG_PRETTY`
 * @param file what is wrong with the file that some of the variables come from
 * @throws {ConfigError} listing every problem at once, with the notices, since one may be the cause of another.
 */
export function parseEnvironment<Variables extends VariableTable>(
  variables: Variables,
  environment: Record<string, string | undefined>,
  terminal = false,
  file: DotenvFaults = { problems: [], notices: [] },
): Environment<Variables> {
  const platform = readVariables(VARIABLES, environment, { terminal });
  const own = readVariables(variables, environment, platform.values);
  const taken = Object.keys(variables).filter((name) => name in VARIABLES);
  const notices = [...file.notices, ...platform.notices, ...own.notices];
  const problems = [
    ...file.problems,
    ...taken.map((name) => `${name} is a variable of the platform: choose another name for yours`),
    ...platform.problems,
    ...own.problems,
    ...crossChecks(platform.values),
  ];
  if (problems.length > 0) throw new ConfigError([...problems, ...notices]);
  return { config: platform.values, settings: own.values, notices };
}

/** Validates the platform's variables only. Otherwise like `parseEnvironment`. */
export function parseConfig(environment: Record<string, string | undefined>, terminal = false): Config {
  return parseEnvironment({}, environment, terminal).config;
}
