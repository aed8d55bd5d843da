import { isIPv4, isIPv6 } from 'node:net';

/** A network that contains an address, and how many times the limit of one address it may use. */
interface WiderNetwork {
  network: string;
  factor: number;
}

/** The beginnings of IPv6 addresses that hold an IPv4 address in their last 32 bits: mapped ones, and those of NAT64. */
const HOLDS_IPV4 = [
  [0, 0, 0, 0, 0, 0xffff],
  [0x64, 0xff9b, 0, 0, 0, 0],
];

/**
 * Returns an IPv4 address as it is, and the /64 network of an IPv6 address, since a single user owns all of it. What is
 * not an IP address counts as itself.
 */
export function networkOf(address: string): string {
  const parsed = parse(address);
  return parsed.groups === undefined ? parsed.text : hex(parsed.groups, 4);
}

/**
 * Returns the networks around an address that one person may own: a site gets an IPv6 /48 or /56, which have 65,536 and
 * 256 networks of the size a single user has. An IPv4 /24 often has many owners, so it may use more.
 */
export function networksAround(address: string): WiderNetwork[] {
  const { text, groups } = parse(address);
  if (groups !== undefined) {
    const [, , , fourth = 0] = groups;
    return [
      { network: `${hex([...groups.slice(0, 3), fourth & 0xff00], 4)}/56`, factor: 2 },
      { network: `${hex(groups, 3)}/48`, factor: 4 },
    ];
  }
  return isIPv4(text) ? [{ network: `${text.replace(/\.\d+$/, '.0')}/24`, factor: 10 }] : [];
}

/** Returns the widest network around an address that may have a single owner: an IPv6 /48, or an IPv4 /24. */
export function siteOf(address: string): string {
  return networksAround(address).at(-1)?.network ?? networkOf(address);
}

/** Reads an address: eight groups of 16 bits for IPv6, or its text for everything else. */
function parse(address: string): { text: string; groups?: number[] } {
  // Some proxies add the port of the client, which changes with every connection.
  const [, bracketed, dotted] = /^(?:\[(.+)\](?::\d+)?|([\d.]+):\d+)$/.exec(address) ?? [];
  // The zone (RFC 4007 section 11) says on which interface an address is, not whose it is.
  const text = (bracketed ?? dotted ?? address).replace(/%.*$/, '');
  if (!isIPv6(text)) return { text };
  // The URL parser spells every address in one way, without a dotted part.
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
  const numbers = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [first, last] = [numbers(head), numbers(tail ?? '')];
  const groups = [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
  if (!HOLDS_IPV4.some((prefix) => prefix.every((group, index) => group === groups[index])))
    return { text, groups };
  const bytes = groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]);
  return { text: bytes.join('.') };
}

function hex(groups: number[], count: number): string {
  return groups
    .slice(0, count)
    .map((group) => group.toString(16))
    .join(':');
}
