import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseEnvironment } from '../src/platform/config/config.js';
import { VARIABLES } from '../src/platform/config/variables.js';
import { settings } from '../src/settings.js';
import { problemsOf } from './support/app/settings.js';

const TRACKING = { TRACKING_URL: 'https://api.carrier.example/v2/', TRACKING_API_KEY: 'key-1' };

it('reads the address of the tracking API without its last slash', () => {
  expect(parseEnvironment(settings, TRACKING).settings).toEqual({
    trackingUrl: 'https://api.carrier.example/v2',
    trackingApiKey: 'key-1',
  });
  expect(problemsOf({}, settings)).toEqual([]);
});

it('lists an address without a key among the problems of the platform', () => {
  expect(problemsOf({ ...TRACKING, TRACKING_API_KEY: ' ', PORT: 'x' }, settings)).toEqual([
    expect.stringMatching(/^PORT is not valid/),
    expect.stringMatching(/^TRACKING_API_KEY is not set: expected .* because TRACKING_URL is set$/),
  ]);
});

it.each(['api.carrier.example', 'ftp://api.carrier.example', 'https://user:password@api.carrier.example'])(
  'refuses %s as an address',
  (url) => {
    expect(problemsOf({ ...TRACKING, TRACKING_URL: url }, settings)).toEqual([
      expect.stringMatching(/^TRACKING_URL is not valid: expected /),
    ]);
  },
);

it('refuses a key that no header can carry', () => {
  expect(problemsOf({ ...TRACKING, TRACKING_API_KEY: 'two words' }, settings)).toEqual([
    expect.stringMatching(/^TRACKING_API_KEY is not valid: expected /),
  ]);
});

it('.env.example names exactly the variables that exist', () => {
  const text = readFileSync(join(import.meta.dirname, '../.env.example'), 'utf8');
  const named = [...text.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map((match) => match[1]);
  expect(named.toSorted()).toEqual(Object.keys({ ...VARIABLES, ...settings }).toSorted());
});
