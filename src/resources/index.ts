import type { Resource } from '../platform/mcp/define.js';
import type { Services } from '../services.js';
import { greetingCardTemplate } from '../tools/greeting-card/index.js';
import { audioGuide } from './audio-guide.js';
import { catalogue } from './catalogue.js';
import { companyInfo } from './company-info.js';
import { pricing } from './pricing.js';
import { product } from './product.js';

/** Every resource and template. Some platforms put all listed ones into the model's context: keep them short. */
export const resources: Resource<Services>[] = [
  companyInfo,
  pricing,
  product,
  catalogue,
  audioGuide,
  greetingCardTemplate,
];
