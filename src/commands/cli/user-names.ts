import type { UserManagement } from '../../platform/oauth/sign-in/accounts.js';
import { CliError } from './output.js';

/**
 * Finds the stored name of a user: the typed one itself, or else the only one that is stored in the same form.
 *
 * @throws {CliError} when several are, saying which
 */
export async function findUsername(manage: UserManagement, typed: string): Promise<string | undefined> {
  const names = (await manage.list()).map(({ username }) => username);
  const exact = [typed, typed.trim(), typed.trim().toLowerCase()].find((name) => names.includes(name));
  if (exact !== undefined) return exact;
  const alike = names.filter((name) => manage.normalize(name) === manage.normalize(typed));
  if (alike.length < 2) return alike[0];
  throw new CliError(`Several users have a name like that; write one exactly: ${alike.join(', ')}`);
}
