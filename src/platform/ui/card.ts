import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Brand } from './brand.js';
import { themeCss } from './theme.js';

/** Renders a card from text for every `{{slot}}` in its `card.html`. */
export type RenderCard = (slots: Record<string, string>) => string;

/** A placeholder in `card.html`: a CSS or JavaScript comment for an included file, or a slot. */
const PLACE = /\/\*\{\{(\w+)\}\}\*\/|\{\{(\w+)\}\}/g;

/** Comments on lines of their own. They are removed, because the document is part of every answer. */
const COMMENT_LINES = /^\s*(\/\*((?!\*\/).)*\*\/|\/\/[^\n]*)\n/gms;

/**
 * Loads a card from a folder: `card.html` with everything it includes. Comments such as `/*{{theme}}*\/` are replaced
 * by the brand's colours (`theme`), `card.css` (`style`), the card's side of MCP Apps (`bridge`) or `card.js`
 * (`script`). The slot `{{brand}}` is the name of the brand. The document must not refer to any other file.
 *
 * @throws when a file is missing
 */
export function loadCard(folder: string, brand: Brand): RenderCard {
  const shell = readFileSync(join(folder, 'card.html'), 'utf8');
  const read = (path: string) => readFileSync(path, 'utf8').replace(COMMENT_LINES, '');
  const included: Record<string, string> = {
    theme: themeCss(brand),
    style: read(join(folder, 'card.css')),
    bridge: read(join(import.meta.dirname, 'bridge.js')),
    script: read(join(folder, 'card.js')),
  };
  return (slots) => {
    const values: Record<string, string> = { brand: brand.name, ...slots };
    // A single pass, so that a value containing {{username}} is not expanded. A function, because `$'` and `$&` are
    // special in a replacement string.
    return shell.replace(PLACE, (place, include?: string, slot = '') => {
      const text = include === undefined ? values[slot] : included[include];
      if (text === undefined) throw new Error(`No value for ${place} in ${join(folder, 'card.html')}`);
      return include === undefined ? escapeHtml(text) : text;
    });
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
