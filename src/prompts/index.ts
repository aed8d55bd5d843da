import type { Prompt } from '../platform/mcp/define.js';
import type { Services } from '../services.js';
import { conversationFlow } from './conversation-flow.js';
import { customerServiceGuidelines } from './customer-service-guidelines.js';

/** Every prompt, in the order clients list them. */
export const prompts: Prompt<Services>[] = [customerServiceGuidelines, conversationFlow];
