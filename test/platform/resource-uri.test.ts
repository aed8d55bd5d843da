import { expect, it } from 'vitest';
import { spellUri } from '../../src/platform/resource-uri.js';

it.each([
  ['what need not be encoded', 'bistro://dishes/%6Dom%27s', "bistro://dishes/mom's"],
  ['the case of escapes and of the scheme', 'BISTRO://dishes/%c3%bc', 'bistro://dishes/%C3%BC'],
  [
    'letters that must be encoded',
    'bistro://dishes/cr\u00e8me br\u00fbl\u00e9e "x"',
    'bistro://dishes/cr%C3%A8me%20br%C3%BBl%C3%A9e%20%22x%22',
  ],
  ['half a surrogate pair', 'bistro://dishes/\ud800', 'bistro://dishes/%EF%BF%BD'],
])('%s has one spelling', (_what, uri, spelled) => {
  expect(spellUri(uri)).toBe(spelled);
  expect(spellUri(spelled)).toBe(spelled);
});

it.each([
  ['what separates, encoded', 'bistro://dishes/a%2Fb%3Fc%23d%25e%2Cf'],
  ['bytes that are no text', 'bistro://dishes/%ff%00'],
  ['what is not a URI', 'menu %6d'],
])('%s stays', (_what, uri) => {
  expect(spellUri(uri)).toBe(uri);
});
