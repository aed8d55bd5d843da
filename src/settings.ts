import { z } from 'zod';
import { requiredWith, type ValuesOf, variable } from './platform/config/variable.js';

const address = z
  .url({ protocol: /^https?$/ })
  .refine((url) => !URL.canParse(url) || new URL(url).username + new URL(url).password === '')
  .transform((url) => url.replace(/\/+$/, ''));

/** Your own environment variables. They are checked together with the platform's, and all problems are reported at once. */
export const settings = {
  /** The address of the API that tracks parcels, without a trailing slash. */
  TRACKING_URL: variable(
    address,
    'the address of the delivery-tracking API without credentials, such as https://api.carrier.example',
  ),
  TRACKING_API_KEY: requiredWith(
    'TRACKING_URL',
    z.string().regex(/^[\x21-\x7e]+$/),
    'the key of the delivery-tracking API',
  ),
};

export type Settings = ValuesOf<typeof settings>;
