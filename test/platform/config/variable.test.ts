import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError, parseConfig, parseEnvironment } from '../../../src/platform/config/config.js';
import { variable } from '../../../src/platform/config/variable.js';

describe('what Kubernetes puts into the environment for its services', () => {
  const own = {
    NOTES_DB_PORT: variable(z.coerce.number(), 'a port number', 5432),
    BROKER_PORT: variable(z.string(), 'an address', 'none'),
  };

  it.each([
    'tcp://10.0.0.1:8000',
    'udp://10.0.0.1:8000',
    'sctp://10.0.0.1:8000',
    'tcp://[fd00::1]:8000',
    'TCP://10.0.0.1:8000',
  ])('%s is no port: the default is used, and the log says so', (address) => {
    const { config, settings, notices } = parseEnvironment(own, {
      MCP_PORT: address,
      METRICS_PORT: address,
      NOTES_DB_PORT: address,
    });
    expect([config.port, config.metricsPort, settings.notesDbPort]).toEqual([8000, undefined, 5432]);
    expect(notices).toEqual([
      expect.stringMatching(/^MCP_PORT is the address of the Kubernetes service mcp and is passed over/),
      expect.stringMatching(/^METRICS_PORT .* service metrics /),
      expect.stringMatching(/^NOTES_DB_PORT .* service notes-db /),
    ]);
  });

  it('does not hide the PORT that an operator set', () => {
    const { config } = parseEnvironment({}, { MCP_PORT: 'tcp://10.0.0.1:8000', PORT: '9000' });
    expect([config.port, config.publicUrl]).toEqual([9000, 'http://localhost:9000']);
  });

  it('is read where a fork expects an address', () => {
    const { settings, notices } = parseEnvironment(own, { BROKER_PORT: 'tcp://10.0.0.1:1883' });
    expect([settings.brokerPort, notices]).toEqual(['tcp://10.0.0.1:1883', []]);
  });

  it.each([
    ['PORT', 'tcp://10.0.0.1:8000'],
    ['MCP_PORT', 'tcp://10.0.0.1'],
    ['MCP_PORT', 'http://10.0.0.1:8000'],
    ['MCP_PORT', '10.0.0.1:8000'],
    ['HOST', 'tcp://10.0.0.1:8000'],
  ])('%s=%s is not of that kind, and wrong', (name, value) => {
    expect(() => parseConfig({ [name]: value })).toThrow(`${name} is not valid`);
  });

  it('is named beside the problems when there are any', () => {
    const environment = { MCP_PORT: 'tcp://10.0.0.1:8000', LOG_LEVEL: 'loud' };
    expect(() => parseConfig(environment)).toThrow(ConfigError);
    expect(() => parseConfig(environment)).toThrow(/LOG_LEVEL is not valid.*\n.*MCP_PORT is the address/);
  });
});
