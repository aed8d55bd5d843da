import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';

/** Revisions that are negotiated with `server/discover`. The SDK does not export its list of these; a test compares. */
export const DISCOVERABLE_REVISIONS = ['2026-07-28'];

/** Every revision of MCP that clients may speak to this server, oldest first. */
export const PROTOCOL_REVISIONS = [...SUPPORTED_PROTOCOL_VERSIONS, ...DISCOVERABLE_REVISIONS].sort();
