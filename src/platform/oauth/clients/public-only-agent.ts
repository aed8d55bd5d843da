import { promises as dns } from 'node:dns';
import { BlockList, type LookupFunction, type TcpNetConnectOpts } from 'node:net';
import { RequestFilteringHttpsAgent } from 'request-filtering-agent';

type Connect = RequestFilteringHttpsAgent['createConnection'];

/** Milliseconds for each name server. */
const LOOKUP_TIMEOUT_MS = 2000;

/** The IPv4-compatible IPv6 addresses (RFC 4291 section 2.5.5.1), which the filter takes for ordinary ones. */
const ipv4Compatible = new BlockList();
ipv4Compatible.addSubnet('::', 96, 'ipv6');

/**
 * Connects to public addresses only. The address checked is the one that is connected to, so a name that changes its
 * address between two lookups gains nothing.
 *
 * Name servers are queried directly, without /etc/hosts. The system's lookup blocks one of a few threads, even after its
 * connection was abandoned, so a stranger's slow name server could keep all of them busy.
 */
export class PublicOnlyAgent extends RequestFilteringHttpsAgent {
  readonly #nameServers: string[] | undefined;

  /** @param nameServers addresses, with a port after a colon; defaults to those of the system */
  constructor(options?: ConstructorParameters<typeof RequestFilteringHttpsAgent>[0], nameServers?: string[]) {
    super(options);
    this.#nameServers = nameServers;
  }

  override createConnection(options: TcpNetConnectOpts, listener?: Parameters<Connect>[1]) {
    const resolver = new dns.Resolver({ timeout: LOOKUP_TIMEOUT_MS, tries: 1 });
    if (this.#nameServers) resolver.setServers(this.#nameServers);
    const lookup = withoutCompatible(options.lookup ?? lookupWith(resolver));
    const socket = super.createConnection({ ...options, lookup }, listener);
    socket?.once('close', () => resolver.cancel());
    return socket;
  }
}

function lookupWith(resolver: dns.Resolver): LookupFunction {
  return (hostname, options, callback) => {
    const answers = [
      resolver.resolve4(hostname).then((found) => found.map((address) => ({ address, family: 4 }))),
      resolver.resolve6(hostname).then((found) => found.map((address) => ({ address, family: 6 }))),
    ];
    void Promise.allSettled(answers).then(([v4, v6]) => {
      const found = [v4, v6].flatMap((answer) => (answer?.status === 'fulfilled' ? answer.value : []));
      const [first] = found;
      if (first === undefined) callback(v4?.status === 'rejected' ? v4.reason : new Error('No address'), '');
      else if (options.all) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };
}

function withoutCompatible(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, found, family) => {
      const addresses = Array.isArray(found) ? found.map(({ address }) => address) : [found ?? ''];
      const denied = addresses.find((address) => ipv4Compatible.check(address, 'ipv6'));
      const problem =
        error ?? (denied === undefined ? null : new Error(`The address ${denied} is not allowed`));
      callback(problem, found, family);
    });
  };
}
