import { remember } from './remember.js';

/** A media range of an `Accept` header: `type/subtype`, `type/*` or `*`+`/*`, in lower case, with its weight. */
interface MediaRange {
  range: string;
  weight: number;
}

/**
 * Returns how much a client wants a media type, from 0 (not acceptable) to 1 (RFC 9110 section 12.5.1). The most
 * specific range decides. Without a header, or with an empty one, everything is acceptable. Parameters of a range are
 * not compared, because the types sent here have no variants: `application/json; charset=utf-8` means JSON.
 *
 * @param accept the value of the header; several lines joined by commas
 * @param type in lower case, such as `application/json`
 */
export function weightOf(accept: string | undefined | null, type: string): number {
  const ranges = parse(accept ?? '');
  if (ranges.length === 0) return 1;
  for (const range of [type, type.replace(/\/.*/, '/*'), '*/*']) {
    const weights = ranges.filter((each) => each.range === range).map(({ weight }) => weight);
    if (weights.length > 0) return Math.max(...weights);
  }
  return 0;
}

/** Checks whether a request comes from a person's browser: it wants HTML more than what programs read. */
export function prefersHtml(accept: string | undefined): boolean {
  const html = weightOf(accept, 'text/html');
  return ['application/json', 'text/event-stream'].every((type) => html > weightOf(accept, type));
}

/**
 * The members of a list. A comma or semicolon within quotes belongs to a parameter. Quotes that are not closed reach to
 * the end: looking for the closing one behind each of them would take time by the square of their number.
 */
const MEMBERS = /(?:"(?:\\.?|[^"\\])*"?|[^,"])+/g;
const PARAMETERS = /(?:"(?:\\.?|[^"\\])*"?|[^;"])+/g;

const parse = remember((accept): MediaRange[] =>
  (accept.match(MEMBERS) ?? []).flatMap((member) => {
    const [type = '', ...parameters] = member.match(PARAMETERS) ?? [];
    const range = type.trim().toLowerCase();
    if (range === '') return [];
    const q = parameters.map((each) => /^\s*q\s*=\s*([\d.]+)\s*$/i.exec(each)?.[1]).find(Boolean);
    const weight = Number(q ?? 1);
    return [{ range, weight: Number.isNaN(weight) ? 1 : Math.min(weight, 1) }];
  }),
);
