import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';

/** The revision of the 2026 era, in which every request says what its client can do. */
export const MODERN_REVISION = '2026-07-28';

/** Revisions negotiated with `server/discover`. The SDK does not export its own list, so a test compares them. */
export const DISCOVERABLE_REVISIONS = [MODERN_REVISION];

/** The first revision that was released; the SDK also accepts a draft before it. */
const FIRST_RELEASED = '2024-11-05';

/** Every released MCP revision this server supports, oldest first. */
export const PROTOCOL_REVISIONS = [...SUPPORTED_PROTOCOL_VERSIONS, ...DISCOVERABLE_REVISIONS]
  .filter((revision) => revision >= FIRST_RELEASED)
  .sort();
