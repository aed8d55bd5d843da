import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cutExample, replaceOnce } from './edit.js';
import { EXAMPLE_PACKAGES, EXAMPLE_PATHS, EXAMPLE_SCRIPTS, editsFor, MARKED_FILES } from './example.js';
import { InputError, type Names } from './names.js';

/** What was changed, as paths relative to the root. */
export interface Changes {
  removed: string[];
  replaced: string[];
  edited: string[];
}

/**
 * Removes the example from a checkout and renames the server. All texts are computed before the first one is written,
 * so a problem leaves the checkout unchanged.
 *
 * @throws {InputError} when the example has already been removed
 * @throws {Error} when the checkout is not what this command was written for
 */
export function initialize(root: string, names: Names): Changes {
  assertExample(root);
  const template = join(import.meta.dirname, 'template');
  const replaced = filesIn(template);
  const texts = editedTexts(root, names);

  for (const path of EXAMPLE_PATHS.filter((path) => path !== 'scripts/init'))
    rmSync(join(root, path), { recursive: true });
  cpSync(template, root, { recursive: true });
  for (const [file, text] of texts) writeFileSync(join(root, file), text);
  uninstall(root);
  execFileSync('npx', ['biome', 'format', '--write', ...texts.keys()], { cwd: root, stdio: 'pipe' });
  // The last build still contains the example.
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  rmSync(join(root, 'scripts/init'), { recursive: true });
  return { removed: EXAMPLE_PATHS, replaced, edited: [...texts.keys(), 'package-lock.json'] };
}

function assertExample(root: string): void {
  const missing = EXAMPLE_PATHS.filter((path) => !existsSync(join(root, path)));
  if (missing.includes('src/shop')) {
    throw new InputError(
      'The example is gone already: src/shop is not there. This command runs once, before that.',
    );
  }
  if (missing.length > 0) throw new Error(`Parts of the example are missing: ${missing.join(', ')}`);
}

/** Returns the new texts of the files that stay, keyed by path. */
function editedTexts(root: string, names: Names): Map<string, string> {
  const texts = new Map<string, string>();
  const textOf = (file: string) => texts.get(file) ?? readFileSync(join(root, file), 'utf8');
  const documents = filesIn(join(root, 'docs'))
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path));
  for (const file of [...MARKED_FILES, ...documents]) {
    const cut = cutExample(textOf(file), file);
    if (cut !== textOf(file)) texts.set(file, cut);
  }
  for (const [file, edits] of Object.entries(editsFor(names))) {
    for (const [find, replacement] of edits) {
      texts.set(file, replaceOnce(textOf(file), find, replacement, file));
    }
  }
  texts.set('package.json', manifestOf(textOf('package.json'), names));
  return texts;
}

function manifestOf(text: string, { name, slug }: Names): string {
  const manifest = JSON.parse(text) as { scripts: Record<string, string> };
  for (const script of EXAMPLE_SCRIPTS) {
    if (!(script in manifest.scripts)) throw new Error(`package.json has no script ${script}.`);
    delete manifest.scripts[script];
  }
  return `${JSON.stringify({ ...manifest, name: slug, description: `The MCP server of ${name}` }, null, 2)}\n`;
}

/** Removes the example's packages from package.json and the lock file. Needs no network; leaves node_modules alone. */
function uninstall(root: string): void {
  const options = [
    '--package-lock-only',
    '--offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--silent',
  ];
  execFileSync('npm', ['uninstall', ...options, ...EXAMPLE_PACKAGES], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Lists the files below a folder, as paths relative to it. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
