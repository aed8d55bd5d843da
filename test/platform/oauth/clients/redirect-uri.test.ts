import { describe, expect, it } from 'vitest';
import {
  isAcceptableRedirectUri,
  isLoopbackRedirect,
  matchesRedirectUri,
  redirectHost,
  staysOnDevice,
  withoutPort,
} from '../../../../src/platform/oauth/clients/redirect-uri.js';

describe('an address that a client may register', () => {
  it.each([
    'https://app.example/callback',
    'https://app.example:8443/callback?tenant=7',
    'https://[2001:db8::1]/callback',
    'http://localhost/callback',
    'http://127.0.0.1:7777/callback',
    'http://[::1]:7777/callback',
    'com.example.app:/callback',
    'com.example.app://callback',
    'vscode://publisher.extension/callback',
    `https://app.example/${'a'.repeat(1980)}`,
  ])('%.60s', (uri) => {
    expect(isAcceptableRedirectUri(uri)).toBe(true);
  });
});

describe('an address that a client may not register', () => {
  it.each([
    ['a relative one', '/callback'],
    ['plain http', 'http://app.example/callback'],
    ['a host that only begins like this machine', 'http://127.0.0.1.evil.example/callback'],
    ['a host that only ends like this machine', 'http://evil.localhost.example/callback'],
    ['every interface', 'http://0.0.0.0/callback'],
    ['a fragment', 'https://app.example/callback#x'],
    ['an empty fragment', 'https://app.example/callback#'],
    ['a wildcard', 'https://*.app.example/callback'],
    ['a user', 'https://user@app.example/callback'],
    ['a password alone', 'https://:secret@app.example/callback'],
    ['a script', 'javascript:alert(1)'],
    ['data', 'data:text/html,x'],
    ['a file', 'file:///etc/passwd'],
    ['a scheme of nobody', 'myapp://callback'],
    ['one slash, which browsers read as two', 'https:/app.example/callback'],
    ['no slash', 'https:app.example/callback'],
    ['three slashes', 'https:///app.example/callback'],
    ['a backslash', 'https://app.example\\@evil.example/'],
    ['a space around it', ' https://app.example/callback'],
    ['a line break', 'https://app.example/\ncallback'],
    ['a tab in the scheme, which parsers drop', 'java\tscript:alert(1)'],
    ['a null byte', 'https://app.example/\0'],
    ['a quote', 'https://app.example/"onload="x'],
    ['more than 2,000 characters', `https://app.example/${'a'.repeat(1981)}`],
  ])('%s', (_what, uri) => {
    expect(isAcceptableRedirectUri(uri)).toBe(false);
  });
});

describe('a requested address and a registered one', () => {
  it.each([
    ['the same website', 'https://app.example/cb', 'https://app.example/cb', true],
    ['another port of a website', 'https://app.example:8443/cb', 'https://app.example/cb', false],
    ['another port of this machine', 'http://127.0.0.1:9/cb', 'http://127.0.0.1:7777/cb', true],
    ['a port where none is registered', 'http://localhost:9/cb', 'http://localhost/cb', true],
    ['no port where one is registered', 'http://[::1]/cb', 'http://[::1]:7777/cb', true],
    ['another name of this machine', 'http://localhost:7777/cb', 'http://127.0.0.1:7777/cb', false],
    ['another path', 'http://127.0.0.1:7777/cb/', 'http://127.0.0.1:7777/cb', false],
    ['another query', 'http://127.0.0.1:7777/cb?x=1', 'http://127.0.0.1:7777/cb', false],
    ['a fragment', 'http://127.0.0.1:7777/cb#x', 'http://127.0.0.1:7777/cb', false],
    ['a user', 'http://u@127.0.0.1:7777/cb', 'http://127.0.0.1:7777/cb', false],
    ['another case, which a parser would undo', 'HTTP://127.0.0.1:9/cb', 'http://127.0.0.1:7777/cb', false],
    ['dots, which a parser would undo', 'http://127.0.0.1:9/x/../cb', 'http://127.0.0.1:7777/cb', false],
    ['https on this machine', 'https://localhost:9/cb', 'https://localhost:7777/cb', false],
    ['a port that is not a number', 'http://127.0.0.1:x/cb', 'http://127.0.0.1:7777/cb', false],
    ['a private scheme', 'com.example.app:/cb', 'com.example.app:/cb', true],
    ['another private scheme', 'com.example.app:/cb', 'com.example.other:/cb', false],
  ])('%s', (_what, requested, registered, expected) => {
    expect(matchesRedirectUri(requested, registered)).toBe(expected);
  });
});

it.each([
  ['http://127.0.0.1:7777/a:1/b', 'http://127.0.0.1/a:1/b'],
  ['http://[::1]:7777/', 'http://[::1]/'],
  ['http://localhost/a:1', 'http://localhost/a:1'],
  ['https://app.example:8443/', 'https://app.example:8443/'],
])('%s without its port is %s', (uri, expected) => {
  expect(withoutPort(uri)).toBe(expected);
});

it.each([
  ['https://app.example:8443/callback', 'app.example:8443', false, false],
  ['http://127.0.0.1:7777/callback', '127.0.0.1:7777', true, true],
  ['com.example.app:/callback', 'com.example.app', true, false],
])('%s is shown as %s', (uri, shown, onDevice, loopback) => {
  expect([redirectHost(uri), staysOnDevice(uri), isLoopbackRedirect(uri)]).toEqual([
    shown,
    onDevice,
    loopback,
  ]);
});
