import type { Tool } from '../platform/mcp/define.js';
import type { Services } from '../services.js';
import { cancelOrder } from './cancel-order.js';
import { getOrderStatus } from './get-order-status.js';
import { getProductInfo } from './get-product-info.js';
import { greetingCard } from './greeting-card/index.js';
import { rollDice } from './roll-dice.js';
import { sendAudioGuide } from './send-audio-guide.js';
import { sendCatalog } from './send-catalog.js';
import { sendProductImage } from './send-product-image.js';
import { trackDelivery } from './track-delivery.js';
import { whoami } from './whoami.js';

/** Every tool, in the order clients list them. */
export const tools: Tool<Services>[] = [
  getProductInfo,
  getOrderStatus,
  trackDelivery,
  cancelOrder,
  sendCatalog,
  sendProductImage,
  sendAudioGuide,
  rollDice,
  greetingCard,
  whoami,
];
