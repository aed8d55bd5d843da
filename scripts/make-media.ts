/**
 * Makes `public/images/*.jpg` from the drawings in `scripts/media`, and `public/audio/*.opus` from the texts
 * beside them. Needs Chromium, espeak-ng and opusenc (Debian: chromium, espeak-ng, opus-tools).
 *
 * `npm run media`
 */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { chromium } from 'playwright-core';

const root = join(import.meta.dirname, '..');
const IMAGE_SIZE = { width: 800, height: 800 };
/** WhatsApp plays mono Opus as a voice message; 32 kbit/s is plenty for speech. */
const OPUS_OPTIONS = ['--quiet', '--downmix-mono', '--bitrate', '32', '--speech'];

await makeImages(join(root, 'scripts/media'), join(root, 'public/images'));
await makeAudio(join(root, 'public/audio'));

async function makeImages(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const page = await browser.newPage({ viewport: IMAGE_SIZE });
  for (const file of await readdir(from)) {
    const svg = await readFile(join(from, file), 'utf8');
    await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg}`);
    await page.screenshot({ path: join(to, `${parse(file).name}.jpg`), type: 'jpeg', quality: 88 });
  }
  await browser.close();
}

async function makeAudio(folder: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'make-media-'));
  for (const file of await readdir(folder)) {
    const { name: topic, ext } = parse(file);
    if (ext !== '.txt') continue;
    const wave = join(directory, `${topic}.wav`);
    execFileSync('espeak-ng', ['-v', 'en-gb', '-s', '150', '-g', '4', '-f', join(folder, file), '-w', wave]);
    const title = `Acme Shop: ${topic}`;
    execFileSync('opusenc', [...OPUS_OPTIONS, '--title', title, wave, join(folder, `${topic}.opus`)]);
  }
  await rm(directory, { recursive: true });
}
