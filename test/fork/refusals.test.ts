import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Checkout, checkOut } from './support/checkout.js';

let checkout: Checkout;
beforeAll(async () => {
  checkout = await checkOut();
});
afterAll(() => checkout.remove());

const init = (...args: string[]) => checkout.run('npm', 'run', '--silent', 'init', '--', ...args);
const changes = () => checkout.must('git', 'status', '--porcelain');

it('explains itself', async () => {
  const { code, output } = await init('--help');
  expect(code).toBe(0);
  for (const option of ['--name', '--slug', '--scheme', '--force']) expect(output).toContain(option);
  expect(await changes()).toBe('');
});

it.each([
  ['no name', [], "required option '--name <name>' not specified"],
  ['an option it does not know', ['--name', 'Blue', '--fast'], "unknown option '--fast'"],
  ['an argument too many', ['--name', 'Blue', 'Dental'], 'too many arguments'],
  ['a name it cannot spell', ['--name', '木村歯科'], 'Say how to spell it with --slug'],
])('refuses %s, and changes nothing', async (_what, args, message) => {
  const { code, output } = await init(...args);
  expect(code).toBe(1);
  expect(output).toContain(message);
  expect(await changes()).toBe('');
});

it('refuses a work tree with changes, and names them', async () => {
  const file = join(checkout.root, 'notes.txt');
  await writeFile(file, 'mine');
  const { code, output } = await init('--name', 'Blue', '--force');
  expect(code).toBe(1);
  expect(output).toContain('Commit or stash these first');
  expect(output).toContain('?? notes.txt');
  await rm(file);
  expect(await changes()).toBe('');
});

it('refuses a part of the example that is not where it should be, before it changes anything', async () => {
  await checkout.must('git', 'rm', '-rq', 'src/shop/seed.ts', 'src/resources/pricing.ts');
  await checkout.commit('Take some out by hand');
  const { code, output } = await init('--name', 'Blue');
  expect(code).toBe(1);
  expect(output).toContain('Parts of the example are missing: src/resources/pricing.ts');
  expect(await changes()).toBe('');
});

it('says that the example is gone already', async () => {
  await checkout.must('git', 'rm', '-rq', 'src/shop');
  await checkout.commit('Take the shop out by hand');
  const { code, output } = await init('--name', 'Blue');
  expect(code).toBe(1);
  expect(output).toContain('The example is gone already');
});

it('refuses a folder that is not a git checkout, unless forced', async () => {
  await rm(join(checkout.root, '.git'), { recursive: true });
  const { code, output } = await init('--name', 'Blue');
  expect(code).toBe(1);
  expect(output).toContain('This is not a git checkout');
  expect((await init('--name', 'Blue', '--force')).output).toContain('The example is gone already');
});
