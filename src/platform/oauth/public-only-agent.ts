import { lookup as systemLookup } from 'node:dns';
import { BlockList, type LookupFunction, type TcpNetConnectOpts } from 'node:net';
import { RequestFilteringHttpsAgent } from 'request-filtering-agent';

type Connect = RequestFilteringHttpsAgent['createConnection'];

/** The IPv4-compatible IPv6 addresses (RFC 4291 section 2.5.5.1), which the filter takes for ordinary ones. */
const ipv4Compatible = new BlockList();
ipv4Compatible.addSubnet('::', 96, 'ipv6');

/**
 * Connects to public addresses only. The check is made on the address that is connected to, after the name was looked
 * up, so a name that changes its address between two look-ups gains nothing.
 */
export class PublicOnlyAgent extends RequestFilteringHttpsAgent {
  override createConnection(options: TcpNetConnectOpts, listener?: Parameters<Connect>[1]) {
    const lookup = withoutCompatible(options.lookup ?? (systemLookup as LookupFunction));
    return super.createConnection({ ...options, lookup }, listener);
  }
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
