import { Router } from 'express';

/**
 * Creates a router that matches paths to the letter: `/Token` and `/token/` are not `/token`. A proxy in front limits
 * exactly the paths it knows, so a route that answered under other spellings could be reached past its limit.
 */
export function exactRouter(): Router {
  return Router({ caseSensitive: true, strict: true });
}
