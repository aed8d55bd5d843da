import { expect, it } from 'vitest';
import { answerUrl } from '../../../../src/platform/oauth/common/authorization-response.js';

const ISSUER = 'https://mcp.example';

it.each([
  ['https://app.example/cb', '?'],
  ['https://app.example', '?'],
  ['https://app.example/cb?', ''],
  ['https://app.example/cb?flag', '&'],
  ['https://app.example/cb?flag=', '&'],
  ['https://app.example/cb?a=1&', ''],
  ['https://app.example/cb?a=1&a=2&&b', '&'],
  ['https://app.example/cb?to=a%20b&tilde=%7E&lower=%c3%bc', '&'],
  ['https://app.example/cb?to=a+b&next=/x?y=z', '&'],
  ['https://app.example/cb?code=mine&state=theirs', '&'],
  ['https://App.Example:443/%63b/../cb?x=[1]|{2}^100%', '&'],
  ['http://127.0.0.1:51234/callback?tenant=7', '&'],
  ['http://[::1]:51234?x', '&'],
  ['com.example.app:/cb?x', '&'],
  ['com.example.app://cb', '?'],
  ['com.example.app:cb?', ''],
])('%s comes back as it was written', (redirectUri, separator) => {
  expect(answerUrl(ISSUER, redirectUri, { code: 'c', state: undefined })).toBe(
    `${redirectUri}${separator}code=c&iss=https%3A%2F%2Fmcp.example`,
  );
});

it('only what no header can carry is encoded', () => {
  expect(answerUrl(ISSUER, 'https://app.example/ü?ö=%C3%A4', {})).toBe(
    'https://app.example/%C3%BC?%C3%B6=%C3%A4&iss=https%3A%2F%2Fmcp.example',
  );
});

it('the answer is read the same by parsers of forms and of addresses', () => {
  const state = 'a b+c&d=e%20#ü\u{1f600}\r\n"';
  const url = answerUrl(ISSUER, 'com.example.app:/cb', { code: 'c', state });
  expect(url).toMatch(/^[!-~]+$/);
  expect(url).not.toContain('+');
  expect(new URL(url).searchParams.get('state')).toBe(state);
});
