import { ConfigError, parseEnvironment } from '../../../src/platform/config/config.js';
import type { VariableTable } from '../../../src/platform/config/variable.js';

/** Lists what is wrong with an environment: with the settings of the platform, and with these of a fork. */
export function problemsOf(environment: Record<string, string>, variables: VariableTable = {}): string[] {
  try {
    parseEnvironment(variables, environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
