import express, { type Request, type Response } from 'express';
import { quoted } from '../../log-text.js';
import { OAuthError } from './errors.js';

/**
 * The fields of a form, each at most once. Only `resource` may be repeated (RFC 8707 section 2): its values are separated by
 * spaces, which no URI contains.
 */
export type Form = Record<string, string | undefined>;

/** The parameters of an OAuth request. */
export interface Parameters {
  values: Form;
  /**
   * Parameters that appear more than once, which makes a request invalid (RFC 6749 section 3.1), or contain a null byte,
   * which PostgreSQL cannot store.
   */
  faulty: Set<string>;
}

/** Reads a query or a form. A parameter without a value counts as absent (RFC 6749 section 3.1). */
export function parseParameters(encoded: string): Parameters {
  const values: Record<string, string> = {};
  const seen = new Set<string>();
  const faulty = new Set<string>();
  for (const [name, value] of new URLSearchParams(encoded)) {
    const another = name === 'resource' ? values[name] : undefined;
    if (value.includes('\0') || (seen.has(name) && name !== 'resource')) faulty.add(name);
    else if (value !== '') values[name] = another === undefined ? value : `${another} ${value}`;
    seen.add(name);
  }
  return { values, faulty };
}

/** Makes the refusal of a request with faulty parameters. */
export function faultyParameter({ faulty }: Pick<Parameters, 'faulty'>): OAuthError {
  const names = [...faulty].slice(0, 5).map(quoted).join(', ');
  return new OAuthError('invalid_request', 'A parameter is repeated, or has a null byte', {
    detail: `repeated, or with a null byte: ${names}`,
  });
}

/**
 * Reads the form of a request.
 *
 * @throws {OAuthError} `invalid_request` for other content types and for repeated parameters
 */
export async function readForm(req: Request, res: Response): Promise<Form> {
  const body = await readText(req, res);
  if (body === undefined) {
    const type = req.headers['content-type'];
    throw new OAuthError('invalid_request', 'The Content-Type must be application/x-www-form-urlencoded', {
      detail: type === undefined ? 'no body, or one without Content-Type' : `Content-Type is ${quoted(type)}`,
    });
  }
  const parameters = parseParameters(body);
  if (parameters.faulty.size > 0) throw faultyParameter(parameters);
  return parameters.values;
}

/** The form of the sign-in page. */
interface SignInForm {
  values: Form;
  /** The scopes whose boxes were ticked. No other field may appear more than once. */
  scopes: string[];
}

/** Reads the form of the sign-in page. It is empty for any other content type. */
export async function readSignInForm(req: Request, res: Response): Promise<SignInForm> {
  const body = (await readText(req, res)) ?? '';
  const { values } = parseParameters(body);
  return { values, scopes: new URLSearchParams(body).getAll('scope') };
}

const textParser = express.text({ type: 'application/x-www-form-urlencoded', limit: '32kb' });

/** Reads the body of a form as text; `undefined` when there is none. */
async function readText(req: Request, res: Response): Promise<string | undefined> {
  await new Promise<void>((resolve, reject) => {
    void textParser(req, res, (error?: unknown) => (error ? reject(error) : resolve()));
  });
  return typeof req.body === 'string' ? req.body : undefined;
}
