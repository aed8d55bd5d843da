import { isRecord } from '../json.js';
import type { JsonSchema } from './portable-schema.js';

/**
 * Puts the schemas of `$defs` in the place of their references. Zod makes references for schemas with an id. Gemini does
 * not know any, and OpenAI refuses those with a description beside them. Schemas that contain themselves stay as they are.
 */
export function inlineReferences(schema: JsonSchema): JsonSchema {
  const { $defs = {}, ...root } = schema;
  const named = new Map(Object.entries($defs as Record<string, JsonSchema>));
  const recursive = new Set([...named.keys()].filter((name) => usedBy(name).has(name)));

  /** Returns the names of all schemas that one refers to, directly or through others. */
  function usedBy(name: string, found = new Set<string>()): Set<string> {
    const text = JSON.stringify(named.get(name) ?? {});
    for (const [, next = ''] of text.matchAll(/"\$ref":"#\/\$defs\/([^"]*)"/g)) {
      if (found.has(next)) continue;
      found.add(next);
      usedBy(next, found);
    }
    return found;
  }

  function inline(part: unknown): unknown {
    if (Array.isArray(part)) return part.map(inline);
    if (!isRecord(part)) return part;
    const { $ref, ...beside } = part;
    const name = String($ref).replace('#/$defs/', '');
    const target = recursive.has(name) ? undefined : named.get(name);
    if (target !== undefined) return inline({ ...target, ...beside });
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, inline(value)]));
  }

  const kept = [...recursive].map((name) => [name, inline(named.get(name))]);
  return { ...(inline(root) as JsonSchema), ...(kept.length > 0 && { $defs: Object.fromEntries(kept) }) };
}
