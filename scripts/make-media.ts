/**
 * Makes `public/images/*.jpg` from the drawings in `scripts/media`, and `public/audio/*.opus` from the texts beside
 * them. Needs Chromium, espeak-ng, sox and opusenc (Debian: chromium, espeak-ng, sox, opus-tools). The output is
 * reproducible for the same sources and program versions.
 *
 * `npm run media`
 */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { chromium } from 'playwright-core';
import { brand } from '../src/brand.js';

const root = join(import.meta.dirname, '..');
const IMAGE_SIZE = { width: 800, height: 800 };
/** Gain in decibels, with a limiter for the peaks. The result, about -16.5 LUFS, is as loud as other voice messages. */
const GAIN = 6;
/** WhatsApp plays mono Opus as a voice message; 32 kbit/s is plenty for speech. */
const OPUS_OPTIONS = ['--quiet', '--downmix-mono', '--bitrate', '32', '--speech'];

// Checked before anything is written, so that a missing program changes nothing.
for (const program of ['espeak-ng', 'sox', 'opusenc']) assertInstalled(program);
await makeImages(join(root, 'scripts/media'), join(root, 'public/images'));
await makeAudio(join(root, 'public/audio'));

function assertInstalled(program: string): void {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
  } catch {
    console.error(`${program} is missing. Install espeak-ng, sox and opus-tools, then run this again.`);
    process.exit(1);
  }
}

async function makeImages(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage({ viewport: IMAGE_SIZE });
    for (const file of await readdir(from)) {
      const svg = await readFile(join(from, file), 'utf8');
      await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg}`);
      await page.screenshot({ path: join(to, `${parse(file).name}.jpg`), type: 'jpeg', quality: 88 });
    }
  } finally {
    await browser.close();
  }
}

async function makeAudio(folder: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'make-media-'));
  try {
    const topics = (await readdir(folder)).filter((file) => file.endsWith('.txt')).sort();
    for (const [index, file] of topics.entries()) {
      const { name: topic } = parse(file);
      const spoken = join(directory, `${topic}.wav`);
      const loud = join(directory, `${topic}-loud.wav`);
      execFileSync('espeak-ng', [
        ...['-v', 'en-gb', '-s', '150', '-g', '4'],
        ...['-f', join(folder, file), '-w', spoken],
      ]);
      // Without -D and --serial, random values would make the file different in every run.
      execFileSync('sox', ['-D', spoken, loud, 'gain', '-l', `${GAIN}`]);
      const serial = ['--serial', `${index + 1}`];
      const title = ['--title', `${brand.name}: ${topic}`];
      execFileSync('opusenc', [...OPUS_OPTIONS, ...serial, ...title, loud, join(folder, `${topic}.opus`)]);
    }
  } finally {
    await rm(directory, { recursive: true });
  }
}
