/**
 * Makes a fork yours: removes the example business and puts in your name. Runs once, on a clean checkout.
 *
 *   npm run init -- --name "Blue Dental Clinic"
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { initialize } from './initialize.js';
import { InputError, namesFrom } from './names.js';
import { assertCleanWorkTree } from './work-tree.js';

const root = join(import.meta.dirname, '../..');

const program = new Command('npm run init --')
  .description('Removes the example business from this checkout, and renames the server.')
  .requiredOption('--name <name>', 'what people call it, such as "Blue Dental Clinic"')
  .option('--slug <slug>', 'what machines call it; derived from the name by default')
  .option('--scheme <scheme>', 'URI scheme of its resources; the slug by default')
  .option('--force', 'run even outside a git checkout, where nothing can be undone')
  .allowExcessArguments(false)
  .exitOverride()
  .action(run);

try {
  program.parse();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode;
  } else {
    console.error(error instanceof Error ? error.message : error);
    if (!(error instanceof InputError)) console.error('To undo the changes: git restore . && git clean -fd');
    process.exitCode = 1;
  }
}

function run(options: { name: string; slug?: string; scheme?: string; force?: boolean }): void {
  const names = namesFrom(options);
  assertCleanWorkTree(root, options.force ?? false);
  const { removed, replaced, edited } = initialize(root, names);
  const list = (title: string, paths: string[]) =>
    console.log(`${title}\n${paths.map((path) => `  ${path}\n`).join('')}`);
  console.log(`This is ${names.name} now: ${names.slug}, with resources at ${names.uriScheme}://\n`);
  list('Removed', removed);
  list('Replaced', replaced);
  list('Changed', edited);
  console.log(`Next steps
  npm install                      removes the example's packages from node_modules
  npm run check && npm test        should pass
  npm start                        should start and print how to connect
  git add -A && git commit         your first commit
  src/brand.ts                     put in your tagline, colours, logo and support address
  docs/fork.md                     how to add your own, and keep up with upstream`);
  if (existsSync(join(root, 'data'))) {
    console.log('\nDelete data/ before you start: its database was made with the example.');
  }
}
