import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/platform/config/config.js';
import { allowedOrigins } from '../../../src/platform/http/origin-guard.js';

const check = (environment: Record<string, string> = {}) =>
  allowedOrigins(parseConfig({ PUBLIC_URL: 'https://mcp.example.com', ...environment }));

describe('pages that may call the endpoint', () => {
  it.each([
    ['https://mcp.example.com', true],
    ['http://localhost:6274', true],
    ['http://127.0.0.1:99', true],
    ['https://app.example.com', true],
    ['https://evil.example', false],
    ['https://mcp.example.com.evil.example', false],
    ['http://localhost.evil.example', false],
    ['http://mcp.example.com', false],
    ['null', false],
  ])('%s: %s', (origin, expected) => {
    expect(check({ ALLOWED_ORIGINS: 'https://app.example.com/' })(origin)).toBe(expected);
  });

  it('are all pages only when * is set explicitly', () => {
    expect(check({ ALLOWED_ORIGINS: '*' })('https://evil.example')).toBe(true);
    expect(check()('https://evil.example')).toBe(false);
  });
});
