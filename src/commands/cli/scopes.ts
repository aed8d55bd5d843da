import type { Scope } from '../../platform/scopes.js';
import { CliError } from './output.js';

/** Parses scopes separated by spaces or commas. Returns all of the server's scopes when omitted. */
export function parseScopes(text: string | undefined, { scopes: defined }: { scopes: Scope[] }): string {
  const known = defined.map(({ name }) => name);
  if (text === undefined) return known.join(' ');
  const scopes = text.split(/[ ,]+/).filter(Boolean);
  const unknown = scopes.find((scope) => !known.includes(scope));
  if (scopes.length === 0 || unknown !== undefined) {
    throw new CliError(`Unknown scope ${unknown ?? ''}. The scopes of this server are: ${known.join(' ')}`);
  }
  return scopes.join(' ');
}
