import type { Resource } from '../platform/mcp/define.js';
import type { Services } from '../services.js';
import { greetingCardTemplate } from '../tools/greeting-card/index.js';
import { about } from './about.js';

/** Every resource and template. Some platforms put all listed resources into the model's context: keep them short. */
export const resources: Resource<Services>[] = [about, greetingCardTemplate];
