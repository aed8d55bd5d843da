import { McpServer } from '@modelcontextprotocol/server';
import { expect, it } from 'vitest';
import { createSharedServers } from '../../../../src/platform/mcp/lane/shared-servers.js';
import { testContent } from '../../../support/app/app.js';

it('a start with a version of the SDK that the lane does not know says so, and what to do', () => {
  const { server } = new McpServer({ name: 'n', version: '1' });
  const protocol = Object.getPrototypeOf(Object.getPrototypeOf(server));
  const { _onclose } = protocol;
  createSharedServers(testContent({}), false);
  try {
    delete protocol._onclose;
    expect(() => createSharedServers(testContent({}), false)).toThrow(
      'The fast lane does not fit this version of the SDK, without _onclose. Set FAST_LANE=off',
    );
  } finally {
    protocol._onclose = _onclose;
  }
});
