import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface GreetingCard {
  username: string;
  message: string;
}

const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');

// Functions as replacements throughout: in a replacement text `$'` and `$&` have a meaning of their own.
const SHELL = read('card.html')
  .replace('/*{{style}}*/', () => read('card.css'))
  .replace('/*{{script}}*/', () => read('card.js'));

/**
 * The card as one document without references to anything else. Filled in, it is complete even where no script runs;
 * without a card it is the template, which fills itself in over the bridge to the host.
 */
export function renderGreetingCard(card?: GreetingCard): string {
  const values: Record<string, string> = card
    ? { state: 'ready', ...card }
    : { state: 'loading', username: 'there', message: 'Your card is on its way…' };
  // One pass, so that a message with {{username}} in it stays as it is.
  return SHELL.replace(/\{\{(state|username|message)\}\}/g, (_match, name: string) =>
    escapeHtml(values[name] ?? ''),
  );
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
