import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseConfig, parseEnvironment } from '../../../src/platform/config/config.js';
import { requiredWith, variable } from '../../../src/platform/config/variable.js';
import { isLoopbackHost } from '../../../src/platform/loopback.js';
import { problemsOf } from '../../support/app/settings.js';

const token = 'k3J9xQ7vT2mZ8rW5yB1nC6dF4gH0sL7p';

describe('defaults', () => {
  it('are safe for this machine', () => {
    expect(parseConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      publicUrl: 'http://localhost:8000',
      siteUrl: 'http://localhost:8000',
      authMode: 'builtin',
      demoData: true,
      mcpAuthToken: [],
      trustProxy: 0,
      toolTimeoutMs: 25_000,
      fastLane: true,
      accessTokenTtl: 3600,
    });
  });

  it('leave out demo data on a public server', () => {
    expect(parseConfig({ PUBLIC_URL: 'https://mcp.example.com' }).demoData).toBe(false);
  });

  it('count an empty value as unset', () => {
    expect(parseConfig({ PORT: '', PUBLIC_URL: ' ', MCP_AUTH_TOKEN: '' }).port).toBe(8000);
  });
});

describe('values', () => {
  it('accept MCP_PORT, but prefer PORT', () => {
    expect(parseConfig({ MCP_PORT: '9001' }).port).toBe(9001);
    expect(parseConfig({ MCP_PORT: '9001', PORT: '9002' }).port).toBe(9002);
  });

  it('drop the trailing slash of an origin', () => {
    expect(parseConfig({ PUBLIC_URL: 'https://MCP.example.com/' }).publicUrl).toBe('https://mcp.example.com');
  });

  it('accept hosts and origins in the spellings used elsewhere', () => {
    expect(
      parseConfig({
        ALLOWED_HOSTS: 'mcp.example.com, 10.0.0.7:8000,[::1]:8000',
        ALLOWED_ORIGINS: 'https://App.example.com/, *',
      }),
    ).toMatchObject({
      allowedHosts: ['mcp.example.com', '10.0.0.7:8000', '[::1]:8000'],
      allowedOrigins: ['https://app.example.com', '*'],
    });
  });

  it('turn the fast lane off', () => {
    expect(parseConfig({ FAST_LANE: 'off' }).fastLane).toBe(false);
  });

  it('accept two tokens while rotating', () => {
    expect(parseConfig({ MCP_AUTH_TOKEN: `${token}, ${token}2` }).mcpAuthToken).toEqual([token, `${token}2`]);
  });
});

describe('problems', () => {
  it.each([
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['PUBLIC_URL', 'mcp.example.com'],
    ['PUBLIC_URL', 'http://mcp.example.com'],
    ['PUBLIC_URL', 'https://mcp.example.com/path'],
    ['PUBLIC_URL', 'https://$NAME'],
    ['PUBLIC_URL', 'https://:secret@mcp.example.com'],
    ['SITE_URL', 'http://www.example.com'],
    ['TRUST_PROXY', 'yes'],
    ['MCP_AUTH_TOKEN', 'k3J9xQ7vT2mZ8rW5yB1nC6dF4gH0sL7'],
    ['MCP_AUTH_TOKEN', 'please-change-me-please-change-me-1'],
    ['MCP_AUTH_TOKEN', 'a'.repeat(40)],
    ['MCP_AUTH_TOKEN', [token, `${token}2`, `${token}3`].join()],
    ['AUTH_MODE', 'off'],
    ['EXTERNAL_ISSUER', 'http://login.example.com'],
    ['CIMD_ALLOWED_DOMAINS', 'https://claude.ai'],
    ['REDIRECT_SCHEMES', 'myapp, JavaScript'],
    ['REDIRECT_SCHEMES', 'myapp://'],
    ['REDIRECT_SCHEMES', 'itms-services'],
    ['DATABASE_URL', 'mysql://host/db'],
    ['DATABASE_URL', 'postgres://:::'],
    ['DATABASE_URL', 'file:~/server.db'],
    ['DATABASE_URL', 'file:data/server.db?mode=ro'],
    ['ALLOWED_ORIGINS', 'app.example.com'],
    ['ALLOWED_ORIGINS', 'https://app.example.com/page'],
    ['ALLOWED_HOSTS', 'https://mcp.example.com'],
    ['ALLOWED_HOSTS', 'mcp.example.com/mcp'],
    ['METRICS_PORT', '8000'],
    ['DEMO_DATA', 'maybe'],
    ['ACCESS_TOKEN_TTL', '0'],
    ['RATE_LIMIT_SCALE', '-1'],
    ['TOOL_TIMEOUT_MS', '1e9'],
    ['LOG_LEVEL', 'loud'],
  ])('%s=%s names the variable', (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name} is not valid: expected `));
    expect(problems[0]).not.toContain(token);
  });

  it('come all at once', () => {
    expect(problemsOf({ PORT: 'x', LOG_LEVEL: 'x', PUBLIC_URL: 'x' })).toHaveLength(3);
  });

  it('AUTH_MODE=none is refused unless both address and origin are loopback', () => {
    expect(problemsOf({ AUTH_MODE: 'none' })).toEqual([]);
    expect(problemsOf({ AUTH_MODE: 'none', HOST: '0.0.0.0' })).toHaveLength(1);
    expect(problemsOf({ AUTH_MODE: 'none', PUBLIC_URL: 'https://mcp.example.com' })).toHaveLength(1);
  });

  it('AUTH_MODE=external needs an issuer', () => {
    expect(problemsOf({ AUTH_MODE: 'external' })[0]).toMatch(/^EXTERNAL_ISSUER is not set/);
  });
});

it('a variable can require another one, whatever its value', () => {
  const table = {
    URL: variable(z.url(), 'an address'),
    KEY: requiredWith('URL', z.string(), 'the key of the address'),
  };
  expect(parseEnvironment(table, {}).settings).toEqual({ url: undefined, key: undefined });
  expect(parseEnvironment(table, { KEY: 'k' }).settings).toEqual({ url: undefined, key: 'k' });
  expect(() => parseEnvironment(table, { URL: 'no address', KEY: '' })).toThrow(
    'URL is not valid: expected an address\nKEY is not set: expected the key of the address, because URL is set',
  );
});

it.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['[::1]', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['127.0.0.1.example.com', false],
  ['localhost.example.com', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected);
});

describe('variables of a fork', () => {
  const variables = {
    NOTES_URL: variable(z.url(), 'an address'),
    NOTES_LIMIT: variable(z.coerce.number(), 'a number', 100),
  };

  it('are read beside those of the platform', () => {
    const { settings, config } = parseEnvironment(variables, {
      NOTES_URL: 'https://notes.example',
      PORT: '9001',
    });
    expect(settings).toEqual({ notesUrl: 'https://notes.example', notesLimit: 100 });
    expect(config.port).toBe(9001);
  });

  it('are checked together with them', () => {
    const environment = { NOTES_URL: 'notes', NOTES_LIMIT: 'many', PORT: 'eighty' };
    expect(() => parseEnvironment(variables, environment)).toThrow(
      expect.objectContaining({
        problems: [
          expect.stringMatching(/^PORT is not valid/),
          expect.stringMatching(/^NOTES_URL is not valid: expected an address$/),
          expect.stringMatching(/^NOTES_LIMIT is not valid: expected a number$/),
        ],
      }),
    );
  });

  it('may not have the name of one of the platform', () => {
    const taken = { PORT: variable(z.string(), 'a text') };
    expect(() => parseEnvironment(taken, {})).toThrow(
      expect.objectContaining({ problems: [expect.stringContaining('PORT is a variable of the platform')] }),
    );
  });
});
