import { appendFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkout } from './checkout.js';

/** Adds what a dental clinic needs: everything in `templates/`, at the same paths, and the description of its setting. */
export async function growClinic({ root }: Checkout): Promise<void> {
  await cp(join(import.meta.dirname, '../templates'), root, { recursive: true });
  await appendFile(
    join(root, '.env.example'),
    '\n# The practice software\n# CLINIC_API_URL=https://practice.example.com\n',
  );
}
