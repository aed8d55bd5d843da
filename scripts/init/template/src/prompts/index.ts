import type { Prompt } from '../platform/mcp/define.js';
import type { Services } from '../services.js';
import { guidelines } from './guidelines.js';

/** Every prompt, in the order clients list them. */
export const prompts: Prompt<Services>[] = [guidelines];
