import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Frame, type Page } from 'playwright-core';
import { findProgram } from './requirements.js';

/** The browser, or `undefined` when browser tests are to be skipped. */
export const chromiumProgram = findProgram('chromium', 'Browser tests are');

/** Launches a real, headless Chromium that makes no connections of its own. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumProgram ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

interface AxeResult {
  id: string;
  nodes: { html: string }[];
}

/** Lists the rules that axe finds broken or cannot judge, one line each. */
export async function accessibilityProblems(page: Page | Frame): Promise<string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Evaluated from outside, so that the page's own policy stays in force.
  const results = await page.evaluate(
    `${source}; axe.run(document, { resultTypes: ['violations', 'incomplete'] })`,
  );
  const { violations, incomplete } = results as { violations: AxeResult[]; incomplete: AxeResult[] };
  const lines = (kind: string, found: AxeResult[]) =>
    found.map(({ id, nodes }) => `${kind} ${id}: ${nodes.map((node) => node.html).join(' ')}`);
  return [...lines('violation', violations), ...lines('incomplete', incomplete)];
}
