import { z } from 'zod';
import { type ValuesOf, variable } from './platform/config/variable.js';

/** Your own environment variables. They are checked together with the platform's, and all problems are reported at once. */
export const settings = {
  CLINIC_API_URL: variable(
    z.url({ protocol: /^https?$/ }),
    'the address of the practice software, such as https://practice.example.com',
  ),
};

export type Settings = ValuesOf<typeof settings>;
