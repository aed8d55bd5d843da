import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';

/** Revisions negotiated with `server/discover`. The SDK does not export its own list, so a test compares them. */
export const DISCOVERABLE_REVISIONS = ['2026-07-28'];

/** Every MCP revision this server supports, oldest first. */
export const PROTOCOL_REVISIONS = [...SUPPORTED_PROTOCOL_VERSIONS, ...DISCOVERABLE_REVISIONS].sort();
