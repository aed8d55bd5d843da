import express, { type RequestHandler } from 'express';
import { OAuthError } from './errors.js';

/** The parameters of an OAuth request. */
export interface Parameters {
  values: Record<string, string | undefined>;
  /** Names that came more than once, which makes a request invalid (RFC 6749 section 3.1). */
  repeated: Set<string>;
}

/** Reads a query or a form. A parameter without a value counts as absent (RFC 6749 section 3.1). */
export function parseParameters(encoded: string): Parameters {
  const values: Record<string, string> = {};
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const [name, value] of new URLSearchParams(encoded)) {
    if (seen.has(name)) repeated.add(name);
    seen.add(name);
    if (value !== '') values[name] = value;
  }
  return { values, repeated };
}

const readText = express.text({ type: 'application/x-www-form-urlencoded', limit: '32kb' });

/** Reads the form of a request into `res.locals.form`. Other content types and repeated parameters are refused. */
export const formBody: RequestHandler[] = [
  readText,
  (req, res, next) => {
    if (typeof req.body !== 'string') {
      throw new OAuthError('invalid_request', 'The Content-Type must be application/x-www-form-urlencoded');
    }
    const { values, repeated } = parseParameters(req.body);
    if (repeated.size > 0) throw new OAuthError('invalid_request', 'A parameter is repeated');
    res.locals['form'] = values;
    next();
  },
];

/** Reads the form of the sign-in page, the only one with a field that may come several times: `scope`. */
export const readFormWithScopes: RequestHandler[] = [
  readText,
  (req, res, next) => {
    const encoded = typeof req.body === 'string' ? req.body : '';
    const { values } = parseParameters(encoded);
    res.locals['form'] = { values, scopes: new URLSearchParams(encoded).getAll('scope') };
    next();
  },
];
