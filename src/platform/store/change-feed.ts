import type { Logger } from '../logger.js';

/** What a feed reports. */
export interface ChangeListener {
  /** Another URI has changed. Several changes of one URI may be reported as one. */
  onChange: (uri: string) => void;
  /** Changes may have been missed: anything may have changed. */
  onGap: () => void;
}

/** Reports the changes that any process on this database commits. */
export interface ChangeFeed {
  /**
   * Starts reporting. Changes that are committed after it resolves are reported, or made up for by a gap.
   *
   * @throws {UnavailableError} when the database cannot be followed
   */
  resume: () => Promise<void>;
  /** Stops reporting, so that nobody looks for changes while nobody waits for any. */
  pause: () => void;
  /** Ends the feed. */
  close: () => void;
}

/** What a feed needs. */
export interface FeedOptions extends ChangeListener {
  /** The address for the one connection that listens, on PostgreSQL. */
  listenUrl: string;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}
