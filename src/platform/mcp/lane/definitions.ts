import type { ServerContent } from '../content.js';
import type { Resource } from '../define-resource.js';

/** What a request names: who may use it. */
export interface Named {
  scopes: string[];
}

/** What the lane does about a method. */
export type Route = 'kept' | 'listed' | Named;

/** Lists that are the same for everyone until the next start. */
const KEPT = new Set(['tools/list', 'prompts/list', 'resources/templates/list', 'server/discover']);

/**
 * Makes the look-up of what a request asks for.
 *
 * @returns `undefined` for what the lane leaves to the SDK: unknown names and methods, and what `attach` may have added
 */
export function createDefinitions<Services>(content: ServerContent<Services>) {
  const { tools, resources, prompts, attach } = content;
  const nameOf = <T extends { name: string }>(definition: T) => [definition.name, definition] as const;
  const named: Record<string, Map<string, Named>> = {
    'tools/call': new Map(tools.map(nameOf)),
    'prompts/get': new Map(prompts.map(nameOf)),
  };
  const fixed = new Map(resources.filter(({ isTemplate }) => !isTemplate).map((each) => [each.uri, each]));
  const templates = resources.filter(({ isTemplate }) => isTemplate);

  /** Finds a resource as the SDK does. It looks up how `URL` spells what was asked for. */
  function resourceAt(uri: string): Resource<Services> | undefined {
    if (!URL.canParse(uri)) return undefined;
    const spelled = new URL(uri).href;
    const resource = fixed.get(spelled);
    if (resource) return spelled === uri ? resource : undefined;
    return attach ? undefined : templates.find(({ matches }) => matches(spelled));
  }

  return (method: string, params: Record<string, unknown> | undefined): Route | undefined => {
    if (method === 'resources/read')
      return typeof params?.['uri'] === 'string' ? resourceAt(params['uri']) : undefined;
    const name = params?.['name'];
    if (Object.hasOwn(named, method)) return typeof name === 'string' ? named[method]?.get(name) : undefined;
    if (attach) return undefined;
    if (method === 'resources/list') return 'listed';
    // A cursor is checked by the SDK.
    return KEPT.has(method) && Object.keys(params ?? {}).every((each) => each === '_meta')
      ? 'kept'
      : undefined;
  };
}
