import { describe, expect, it } from 'vitest';
import { networkOf, networksAround, siteOf } from '../../../../src/platform/oauth/common/network.js';

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:0db8:1:2::9', '2001:db8:1:2'],
  ['2001:db8::9', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['::', '0:0:0:0'],
  ['::FFFF:c000:207', '192.0.2.7'],
  ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7%eth0', '192.0.2.7'],
  ['64:ff9b::192.0.2.7', '192.0.2.7'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['fe80::1%25en0', 'fe80:0:0:0'],
  ['2001:DB8:A::1.2.3.4', '2001:db8:a:0'],
  ['192.0.2.7:50123', '192.0.2.7'],
  ['[2001:db8:1:2::9]:50123', '2001:db8:1:2'],
  ['[2001:db8:1:2::9]', '2001:db8:1:2'],
  ['', ''],
  ['somewhere', 'somewhere'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

describe('the networks around an address', () => {
  it.each([
    ['2001:db8:1:2345::1', ['2001:db8:1:2300/56', '2001:db8:1/48']],
    ['2001:db8::1', ['2001:db8:0:0/56', '2001:db8:0/48']],
    ['fe80::1%eth0', ['fe80:0:0:0/56', 'fe80:0:0/48']],
    ['192.0.2.7', ['192.0.2.0/24']],
    ['::ffff:192.0.2.7', ['192.0.2.0/24']],
    ['64:ff9b::c000:207', ['192.0.2.0/24']],
    ['', []],
  ])('%s is in %j', (address, expected) => {
    expect(networksAround(address).map(({ network }) => network)).toEqual(expected);
  });

  it.each([
    ['2001:db8:1:2345::1', '2001:db8:1/48'],
    ['192.0.2.7', '192.0.2.0/24'],
    ['', ''],
  ])('the widest one of %s is %s', (address, site) => {
    expect(siteOf(address)).toBe(site);
  });
});
