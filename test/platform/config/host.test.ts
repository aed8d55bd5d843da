import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from '../../../src/platform/config/config.js';
import { hostAndPort } from '../../../src/platform/config/host.js';

describe('HOST', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['::', '::'],
    ['[::]', '::'],
    ['[::1]', '::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['::ffff:127.0.0.1', '::ffff:127.0.0.1'],
    ['localhost', 'localhost'],
    ['my-host.internal.', 'my-host.internal.'],
    ['app_1', 'app_1'],
  ])('%s is an address to listen on', (text, host) => {
    expect(parseConfig({ HOST: text }).host).toBe(host);
  });

  it.each([
    'http://localhost',
    '127.0.0.1:8000',
    'localhost:8000',
    '[::1]:8000',
    '[localhost]',
    '[127.0.0.1]',
    'localhost/mcp',
    '*',
    '0.0.0.0/0',
    '256.1.1.1',
    '10.0.0',
    'two words',
    'umlaut-ü',
    '-host',
    ':::',
    '[::',
  ])('%s is listed with the other wrong settings', (text) => {
    const parse = () => parseConfig({ HOST: text, PORT: 'x' });
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(/^HOST is not valid: expected an address to listen on.*\nPORT is not valid/);
  });

  it('in brackets counts as this machine like any other spelling', () => {
    expect(parseConfig({ HOST: '[::1]', AUTH_MODE: 'none' }).authMode).toBe('none');
    expect(() => parseConfig({ HOST: '[::]', AUTH_MODE: 'none' })).toThrow('AUTH_MODE');
  });
});

it.each([
  ['::1', '[::1]:8000'],
  ['127.0.0.1', '127.0.0.1:8000'],
  ['localhost', 'localhost:8000'],
])('%s and a port are written as %s', (host, written) => {
  expect(hostAndPort(host, 8000)).toBe(written);
});
