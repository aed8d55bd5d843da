import { logText } from '../log-text.js';

/** One thing that a schema objects to, as in Standard Schema. */
export interface Issue {
  message: string;
  path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined;
}

/** The longest description, in characters. */
const MAX_LENGTH = 400;

/** Describes on one line what a schema objects to in the params of a request. Never repeats a value. */
export function describeIssues(issues: readonly Issue[]): string {
  const all = issues.map(({ path = [], message }) => {
    const names = path.map((step) => String(typeof step === 'object' ? step.key : step));
    const place = names[0] === 'params' && names.length > 1 ? names.slice(1) : names;
    return [place.join('.'), message].filter(Boolean).join(': ');
  });
  return logText(all.join('; '), MAX_LENGTH);
}
