import { describe, expect, it } from 'vitest';
import { type BannerOptions, banner } from '../../src/platform/banner.js';
import { parseConfig } from '../../src/platform/config/config.js';
import { SERVICE_TOKEN } from '../support/app/port.js';
import { brand } from './fixture/brand.js';

const EXTERNAL = { AUTH_MODE: 'external', EXTERNAL_ISSUER: 'https://login.example.com' };
const CONNECT = 'claude mcp add --transport http notebook http://localhost:8000/mcp';

/** Returns the banner for this environment, without the lines that all banners share. */
function lines(environment: Record<string, string>, options: Partial<BannerOptions> = {}): string[] {
  const text = banner({
    config: parseConfig(environment),
    brand,
    address: { address: '127.0.0.1', port: 8000, family: 'IPv4' },
    accounts: { demoUsers: [{ username: 'ann', password: 'secret' }], manage: {} as never },
    hasNoUsers: false,
    disabled: [],
    ...options,
  });
  const shown = text.split('\n').map((line) => line.trim());
  return shown.filter((line) => line !== '' && !/^(MCP endpoint|Listening on|Data) /.test(line));
}

describe('the banner', () => {
  it('names the demo users and the example where people sign in at the server', () => {
    expect(lines({})).toEqual([
      'Sign-in        own accounts (OAuth 2.1)',
      'Demo users     ann / secret',
      `Connect        ${CONNECT}`,
      'npm run example',
    ]);
  });

  it('passes the address to the example when it is not the default', () => {
    expect(lines({ PORT: '8123' })).toContain('npm run example -- http://localhost:8123/mcp');
  });

  it('says to add the first user before anyone signs in', () => {
    expect(lines({ DEMO_DATA: 'false' }, { hasNoUsers: true })).toEqual([
      'Sign-in        own accounts (OAuth 2.1)',
      'No users yet   add the first one: npm run cli -- user add NAME',
      `Connect        ${CONNECT}`,
    ]);
  });

  it('says where users are added when they are managed elsewhere', () => {
    const accounts = { location: 'the staff directory' };
    expect(lines({ DEMO_DATA: 'false' }, { hasNoUsers: true, accounts })).toContain(
      'No users yet   add the first one in the staff directory',
    );
  });

  it('offers the static token where the example cannot sign in', () => {
    const token = { MCP_AUTH_TOKEN: SERVICE_TOKEN };
    const example = 'MCP_AUTH_TOKEN=... npm run example';
    expect(lines({ ...token, DEMO_DATA: 'false' }, { hasNoUsers: true })).toContain(example);
    expect(lines({ ...token, ENABLE_DCR: 'false' })).toContain(example);
    expect(lines({ ENABLE_DCR: 'false' }).join()).not.toContain('npm run example');
    expect(lines({ ...token, ...EXTERNAL })).toContain(example);
  });

  it('leaves users to the identity provider', () => {
    expect(lines(EXTERNAL, { disabled: ['ann'] })).toEqual([
      'Sign-in        tokens of https://login.example.com',
      `Connect        ${CONNECT}`,
    ]);
  });

  it('does not ask for a sign-in where none is needed', () => {
    expect(lines({ AUTH_MODE: 'none' })).toEqual([
      'Sign-in        off: everyone on this machine may call every tool (AUTH_MODE=none)',
      `Connect        ${CONNECT}`,
      'npm run example',
    ]);
  });

  it('says which demo users it disabled', () => {
    expect(lines({ DEMO_DATA: 'false' }, { disabled: ['ann', 'bea'] })).toContain(
      'Demo users     ann, bea disabled: their passwords are public, and DEMO_DATA is off',
    );
  });

  it('warns of demo users on a public address, if there are any', () => {
    const warning =
      'WARNING        Demo users with known passwords are on. Set DEMO_DATA=false on a public server.';
    const environment = { PUBLIC_URL: 'https://mcp.example.com', DEMO_DATA: 'true' };
    expect(lines(environment)).toContain(warning);
    expect(lines({ ...environment, ...EXTERNAL })).not.toContain(warning);
    expect(lines(environment, { accounts: {} })).not.toContain(warning);
  });
});
