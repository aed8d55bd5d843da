import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkout } from './checkout.js';

/** What a dental clinic adds to a fork: everything below `templates/`, at the same paths. */
export async function growClinic({ root }: Checkout): Promise<void> {
  await cp(join(import.meta.dirname, '../templates'), root, { recursive: true });
}
