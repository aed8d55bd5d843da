import express, { type RequestHandler } from 'express';
import { OAuthError } from './errors.js';

/** The parameters of an OAuth request. */
export interface Parameters {
  values: Record<string, string | undefined>;
  /**
   * Names that came more than once, which makes a request invalid (RFC 6749 section 3.1), or with a null byte, which
   * PostgreSQL cannot store.
   */
  faulty: Set<string>;
}

/** Reads a query or a form. A parameter without a value counts as absent (RFC 6749 section 3.1). */
export function parseParameters(encoded: string): Parameters {
  const values: Record<string, string> = {};
  const seen = new Set<string>();
  const faulty = new Set<string>();
  for (const [name, value] of new URLSearchParams(encoded)) {
    if (seen.has(name) || value.includes('\0')) faulty.add(name);
    else if (value !== '') values[name] = value;
    seen.add(name);
  }
  return { values, faulty };
}

/** The refusal of a request with a faulty parameter. */
export function faultyParameter(): OAuthError {
  return new OAuthError('invalid_request', 'A parameter is repeated, or has a null byte');
}

const readText = express.text({ type: 'application/x-www-form-urlencoded', limit: '32kb' });

/** Reads the form of a request into `res.locals.form`. Other content types and repeated parameters are refused. */
export const formBody: RequestHandler[] = [
  readText,
  (req, res, next) => {
    if (typeof req.body !== 'string') {
      throw new OAuthError('invalid_request', 'The Content-Type must be application/x-www-form-urlencoded');
    }
    const { values, faulty } = parseParameters(req.body);
    if (faulty.size > 0) throw faultyParameter();
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
