import type { Agent } from 'node:https';
import { setNewest } from '../../bounded-map.js';
import type { Config } from '../../config/config.js';
import type { Logger } from '../../logger.js';
import type { DocumentCopies } from './document-copies.js';
import { fetchJson, JsonFetchError } from './fetch-json.js';

/** How many hosts are remembered of each kind. */
const MAX_HOSTS = 5;
/** How many sites must have failed once a document worked here. One alone may be down, or named by a stranger because it is. */
const MIN_FAILED_SITES = 2;
/** How long an answer proves that hosts can be reached, in milliseconds. */
const PROOF_MS = 60_000;
/** The time until hosts are asked again, in milliseconds. It doubles from one to the other. */
const RETRY_MS = { first: 60_000, last: 3_600_000 };
/** How long failures count when no reference is known, in milliseconds. Strangers may have named every host. */
const UNPROVEN_MS = 86_400_000;

export interface ReachabilityOptions {
  logger: Pick<Logger, 'info' | 'warn'>;
  /** An address that the operator chose. When it is set, no other failure counts. */
  probe: string | undefined;
  /** Addresses whose answer proves that hosts can be reached. That they fail proves nothing. */
  expected: string[];
  /** Returns the addresses of documents that users sign in through. They have answered before. */
  used: () => Promise<string[]>;
  /** Sends a request. Returns whether there was an answer, whatever it said. */
  ask: (url: URL) => Promise<boolean>;
}

/** Knows whether the hosts of client documents can be reached from here. */
export interface Reachability {
  /** Whether clients are told that documents work here. */
  isAdvertised: () => boolean;
  /** Records that the host of a document answered. */
  noteAnswer: (url: URL) => void;
  /** Records that the host of a document could not be reached. */
  noteFailure: (url: URL) => void;
  /** Stops asking. */
  close: () => void;
}

/**
 * Makes what `CLIENT_DOCUMENTS` asks for. Where clients cannot register, documents are advertised in any case, because
 * there is nothing else to tell them.
 *
 * @param agent decides which addresses may be connected to
 */
export function createReachability(
  config: Pick<Config, 'clientDocuments' | 'clientDocumentsProbe' | 'cimdAllowedDomains' | 'enableDcr'>,
  logger: Pick<Logger, 'info' | 'warn'>,
  copies: Pick<DocumentCopies, 'lastUsed'>,
  agent: Agent,
): Reachability {
  const { clientDocuments, clientDocumentsProbe, cimdAllowedDomains, enableDcr } = config;
  if (clientDocuments === 'off' && !enableDcr) {
    logger.warn(
      'CLIENT_DOCUMENTS is off and ENABLE_DCR is false: only clients that you add by hand can connect',
    );
  }
  if (clientDocuments !== 'auto' || !enableDcr) return statedReachability(clientDocuments !== 'off');
  return learnReachability({
    logger,
    probe: clientDocumentsProbe,
    expected: cimdAllowedDomains.slice(0, MAX_HOSTS).map((domain) => `https://${domain}/`),
    used: () => copies.lastUsed(MAX_HOSTS),
    ask: (url) =>
      fetchJson(url, agent).then(
        () => true,
        (error: unknown) => error instanceof JsonFetchError && error.status !== undefined,
      ),
  });
}

function statedReachability(advertised: boolean): Reachability {
  return { isAdvertised: () => advertised, noteAnswer: () => {}, noteFailure: () => {}, close: () => {} };
}

/**
 * Learns whether the hosts of client documents can be reached, and begins by asking those that are known. Documents are
 * advertised until there is evidence against it.
 *
 * Strangers choose which hosts are asked for documents, so a failure makes the server ask the hosts that should answer.
 * Documents are no longer advertised when none of them does. Where documents have worked, several sites must have failed.
 * Where none ever has, one is enough, so that in a closed network only the first attempt to connect fails.
 */
export function learnReachability(options: ReachabilityOptions): Reachability {
  const { logger, probe, expected, used, ask } = options;
  /** Addresses that have answered, and those that have failed since anything did, keyed by site. */
  const answered = new Map<string, string>();
  const failed = new Map<string, string>();
  let provenAt = Number.NEGATIVE_INFINITY;
  /** When documents ceased to be advertised. */
  let offSince: number | undefined;
  let retry: NodeJS.Timeout | undefined;
  /** Whether no address is known that should answer. */
  let unproven = true;
  let asking = false;
  let closed = false;

  function noteAnswer(url: URL): void {
    if (closed) return;
    provenAt = Date.now();
    setNewest(answered, siteOf(url), url.href, MAX_HOSTS);
    switchOn(`${url.hostname} answered`);
  }

  function switchOn(reason: string): void {
    failed.clear();
    clearTimeout(retry);
    if (offSince === undefined) return;
    offSince = undefined;
    logger.info({ reason }, 'the hosts of client metadata documents answer again: they are advertised');
  }

  function switchOff(): void {
    offSince = Date.now();
    const hosts = [...failed.values()].map((href) => new URL(href).hostname);
    logger.warn(
      { hosts },
      'the hosts of client metadata documents cannot be reached: clients are told to register instead. ' +
        'Allow outbound https, or set CLIENT_DOCUMENTS=off',
    );
    askAgainIn(RETRY_MS.first);
  }

  function askAgainIn(delay: number): void {
    clearTimeout(retry);
    retry = setTimeout(async () => {
      await check();
      if (closed || offSince === undefined) return;
      if (unproven && Date.now() - offSince >= UNPROVEN_MS) switchOn('no host is known to answer');
      else askAgainIn(Math.min(delay * 2, RETRY_MS.last));
    }, delay);
    retry.unref();
  }

  async function check(): Promise<void> {
    if (asking || closed) return;
    asking = true;
    const begun = Date.now();
    try {
      const known = probe === undefined ? await used() : [];
      const trusted = probe === undefined ? [...expected, ...known] : [probe];
      unproven = trusted.length === 0;
      const worked = probe === undefined ? [...known, ...answered.values()] : [];
      const urls = [...new Set([...trusted, ...worked, ...(offSince === undefined ? [] : failed.values())])];
      await Promise.all(
        urls.map(async (href) => {
          const url = new URL(href);
          if (await ask(url)) noteAnswer(url);
          // A domain may have documents below it, and nothing at its own name.
          else if (href === probe || !expected.includes(href))
            setNewest(failed, siteOf(url), href, MAX_HOSTS);
        }),
      );
      const enough = failed.size >= (worked.length > 0 ? MIN_FAILED_SITES : 1);
      if (provenAt < begun && enough && offSince === undefined && !closed) switchOff();
    } catch (error) {
      if (!closed)
        logger.warn(
          { err: error },
          'it could not be found out whether client metadata documents can be fetched',
        );
    } finally {
      asking = false;
    }
  }

  void check();
  return {
    isAdvertised: () => offSince === undefined,
    noteAnswer,
    noteFailure(url) {
      if (Date.now() - provenAt < PROOF_MS) return;
      setNewest(failed, siteOf(url), url.href, MAX_HOSTS);
      if (offSince === undefined) void check();
    },
    close() {
      closed = true;
      clearTimeout(retry);
    },
  };
}

/** Returns the last two labels of a host name, because one owner can name any number of hosts below them. */
function siteOf({ hostname }: URL): string {
  return hostname.split('.').slice(-2).join('.');
}
