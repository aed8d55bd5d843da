import { SLUG, URI_SCHEME } from '../../src/platform/ui/assert-brand.js';

/** The name of a fork, in the three forms it needs. */
export interface Names {
  /** For people, such as Blue Dental Clinic. */
  name: string;
  /** For machines: the package, the MCP server, `claude mcp add`. */
  slug: string;
  /** The scheme of resource URIs, without `://` (RFC 3986 section 3.1). */
  uriScheme: string;
}

/** Reports invalid input. Its message is meant for the person who typed it. */
export class InputError extends Error {}

const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} &'’.,+()!-]{0,59}$/u;

/** Schemes that already mean something else to clients. */
const TAKEN_SCHEMES = [
  'about',
  'blob',
  'data',
  'file',
  'ftp',
  'http',
  'https',
  'javascript',
  'mailto',
  'ui',
  'ws',
  'wss',
];

/**
 * Validates a name, and derives what is missing: the slug from the name, the scheme from the slug.
 *
 * @throws {InputError} when a value is invalid, or cannot be derived
 */
export function namesFrom(given: { name: string; slug?: string; scheme?: string }): Names {
  const name = given.name.trim();
  if (!NAME.test(name)) {
    throw new InputError(
      '--name takes 1 to 60 letters, digits, spaces and simple punctuation, such as "Blue Dental Clinic".',
    );
  }
  const slug = given.slug ?? slugOf(name);
  if (!SLUG.test(slug)) {
    throw new InputError(
      '--slug takes lower-case ASCII letters, digits and single hyphens, such as blue-dental.',
    );
  }
  const uriScheme = given.scheme ?? slug;
  if (!URI_SCHEME.test(uriScheme)) {
    throw new InputError(
      '--scheme starts with a lower-case letter; lower-case letters, digits and hyphens may follow.',
    );
  }
  if (TAKEN_SCHEMES.includes(uriScheme)) {
    throw new InputError(`--scheme ${uriScheme} already has a meaning. Choose one of your own.`);
  }
  return { name, slug, uriScheme };
}

function slugOf(name: string): string {
  const letters = name
    .normalize('NFKD')
    .replace(/[\p{M}'’]/gu, '')
    .toLowerCase();
  if (/[^\p{ASCII}]/u.test(letters)) {
    throw new InputError(`"${name}" has letters beyond ASCII. Say how to spell it with --slug.`);
  }
  return letters.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
}
