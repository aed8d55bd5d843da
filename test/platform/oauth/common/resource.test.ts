import { expect, it } from 'vitest';
import { canonicalResource } from '../../../../src/platform/oauth/common/resource.js';

const issuer = 'https://mcp.example.com';
const resource = `${issuer}/mcp`;
const server = { resource, aliases: [resource, `${issuer}/sse`], issuer };

it.each([
  'https://mcp.example.com/mcp',
  'https://mcp.example.com/mcp/',
  'HTTPS://MCP.Example.com/mcp',
  'https://mcp.example.com:443/mcp',
  'https://mcp.example.com',
  'https://mcp.example.com/',
  'https://mcp.example.com/sse',
  'https://MCP.example.com:443/sse/',
  'https://mcp.example.com/mcp https://mcp.example.com/mcp/ https://mcp.example.com/sse',
])('%s is this server', (asked) => {
  expect(canonicalResource(server, asked)).toBe(resource);
});

it.each([
  'https://mcp.example.com/mcp//',
  'https://mcp.example.com/MCP',
  'https://mcp.example.com/mcp?x=1',
  'https://mcp.example.com/mcp#x',
  'https://user@mcp.example.com/mcp',
  'https://mcp.example.com:8443/mcp',
  'http://mcp.example.com/mcp',
  'https://mcp.example.com./mcp',
  'https://mcp.example.com/messages',
  'mcp.example.com/mcp',
  'toString',
  'https://mcp.example.com/mcp https://evil.example',
])('%s is an invalid target', (asked) => {
  expect(() => canonicalResource(server, asked)).toThrow(expect.objectContaining({ code: 'invalid_target' }));
});

it.each([undefined, ' '])('a request with the resource %j names none', (asked) => {
  expect(canonicalResource(server, asked)).toBeUndefined();
});
