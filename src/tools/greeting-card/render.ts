import { brand } from '../../brand.js';
import { loadCard } from '../../platform/ui/card.js';

export interface GreetingCard {
  username: string;
  message: string;
}

const render = loadCard(import.meta.dirname, brand);

/**
 * Renders the card as a single, self-contained document. When filled in, it is complete even where no script runs.
 * Without a card it is the template, which fills itself in over the bridge to the host.
 */
export function renderGreetingCard(card?: GreetingCard): string {
  return render(
    card
      ? { state: 'ready', ...card }
      : { state: 'loading', username: 'there', message: 'Your card is on its way…' },
  );
}
