import type { ValuesOf } from './platform/config/variable.js';

/** Your own environment variables. They are checked together with the platform's, every problem at once. */
export const settings = {};

export type Settings = ValuesOf<typeof settings>;
