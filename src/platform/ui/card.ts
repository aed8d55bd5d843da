import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Brand } from './brand.js';
import { themeCss } from './theme.js';

/** Fills in a card: text for every `{{slot}}` of its `card.html`. */
export type RenderCard = (slots: Record<string, string>) => string;

/** In `card.html`: the text of a file, as a comment of CSS and JavaScript, or a slot. */
const PLACE = /\/\*\{\{(\w+)\}\}\*\/|\{\{(\w+)\}\}/g;

/** Comments that have lines to themselves. The document travels inside every answer, where nobody reads them. */
const COMMENT_LINES = /^\s*(\/\*((?!\*\/).)*\*\/|\/\/[^\n]*)\n/gms;

/**
 * Reads the card in a folder: `card.html`, and what it includes. Comments such as `/*{{theme}}*\/` stand for the colours
 * of the brand (`theme`), `card.css` (`style`), the card's side of MCP Apps (`bridge`) and `card.js` (`script`). The
 * slot `{{brand}}` is the name of the brand. The document refers to nothing else.
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
    // One pass, so that text with {{username}} in it stays as it is. A function, because in a replacement text `$'` and
    // `$&` have a meaning of their own.
    return shell.replace(PLACE, (place, include?: string, slot = '') => {
      const text = include === undefined ? values[slot] : included[include];
      if (text === undefined)
        throw new Error(`Nothing is given for ${place} in ${join(folder, 'card.html')}`);
      return include === undefined ? escapeHtml(text) : text;
    });
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
