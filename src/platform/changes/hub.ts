import type { ChangeFeed, ChangeListener } from '../store/change-feed.js';

/** The shortest time between two rounds of telling, in milliseconds. Changes in between are told together. */
const ROUND_MS = 100;

/** What wants to be told of changes. */
export interface Subscriber {
  uris: readonly string[];
  /** Receives a URI that has changed. */
  tell: (uri: string) => void;
}

/** Tells subscribers of the changes they asked for. */
export interface ChangeHub {
  /**
   * Subscribes to what changes after this resolves.
   *
   * @returns a function that ends the subscription and may be called more than once
   * @throws {UnavailableError} when changes cannot be followed
   */
  subscribe: (subscriber: Subscriber) => Promise<() => void>;
  /** Ends the feed and everything else. */
  close: () => void;
}

/**
 * Creates a hub. Its feed runs only while somebody is subscribed. A change costs nothing when nobody asked for its URI, and
 * a storm of changes costs one message for each URI and round.
 */
export function createHub(follow: (listener: ChangeListener) => ChangeFeed): ChangeHub {
  const subscribers = new Map<string, Set<Subscriber>>();
  /** What to tell in the next round. */
  const due = new Set<string>();
  let round: NodeJS.Timeout | undefined;
  let count = 0;
  let resuming: Promise<void> | undefined;

  const listener: ChangeListener = {
    onChange(uri) {
      if (!subscribers.has(uri)) return;
      due.add(uri);
      if (round === undefined) tellAll();
    },
    onGap() {
      for (const uri of subscribers.keys()) listener.onChange(uri);
    },
  };

  function tellAll(): void {
    round = undefined;
    if (due.size === 0) return;
    round = setTimeout(tellAll, ROUND_MS);
    const uris = [...due];
    due.clear();
    for (const uri of uris) for (const { tell } of subscribers.get(uri) ?? []) tell(uri);
  }

  const feed = follow(listener);

  function add(subscriber: Subscriber): void {
    for (const uri of subscriber.uris) {
      subscribers.set(uri, (subscribers.get(uri) ?? new Set()).add(subscriber));
    }
  }

  function remove(subscriber: Subscriber): void {
    for (const uri of subscriber.uris) {
      const others = subscribers.get(uri);
      others?.delete(subscriber);
      if (others?.size === 0) subscribers.delete(uri);
    }
  }

  return {
    async subscribe(subscriber) {
      // Nobody has to look for changes on behalf of a stream that ends at once.
      if (subscriber.uris.length === 0) return () => {};
      let isOver = false;
      const end = () => {
        if (isOver) return;
        isOver = true;
        remove(subscriber);
        count -= 1;
        if (count > 0) return;
        resuming = undefined;
        feed.pause();
      };
      count += 1;
      add(subscriber);
      try {
        resuming ??= feed.resume();
        await resuming;
      } catch (error) {
        end();
        throw error;
      }
      return end;
    },
    close() {
      clearTimeout(round);
      feed.close();
    },
  };
}
