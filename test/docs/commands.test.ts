import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { VARIABLES } from '../../src/platform/config/variables.js';
import { codeBlocks, inlineCode, type Page, readPages, root } from './pages.js';

const pages = readPages();
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** Returns everything on a page that a reader may type into a terminal. */
const commandsOf = (page: Page) => [
  ...codeBlocks(page)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.split('\n')),
  ...inlineCode(page),
];

it.each(pages)('every npm script that $path names exists', (page) => {
  const named = commandsOf(page).flatMap((text) =>
    [
      ...text.matchAll(/\bnpm (?:run )?(?:--silent )?(?!ci\b|install\b|uninstall\b|run\b)([a-z][\w:-]*)/g),
    ].map(([, name = '']) => name),
  );
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

it.each(pages)('every program that $path starts with node exists', (page) => {
  const started = commandsOf(page).flatMap((text) =>
    [...text.matchAll(/\bnode dist\/([\w/-]+)\.js/g)].map(([, name = '']) => `src/${name}.ts`),
  );
  expect(started.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

describe('the command line', async () => {
  const cli = await readCommandLine();
  const groups = cli.commands.map((group) => group.name());
  /** Where a command begins: after the program's name, or by itself in a table. */
  const beginning = new RegExp(
    `(?:^|npm run (?:--silent )?cli -- |dist/commands/cli\\.js |: )((?:${groups.join('|')}) [a-z]+(?: [^|]*)?)`,
  );

  it('is found', () => {
    expect(groups).toEqual(expect.arrayContaining(['user', 'client', 'db']));
  });

  it.each(pages)('has every command and option that $path names', (page) => {
    const unknown = commandsOf(page)
      .map((text) => text.match(beginning)?.[1] ?? '')
      .filter((text) => text !== '' && !isKnown(cli, text));
    expect(unknown).toEqual([]);
  });

  it('would miss one that does not exist', () => {
    expect(isKnown(cli, 'user add alice --scopes read')).toBe(true);
    expect(isKnown(cli, 'user remove alice')).toBe(false);
    expect(isKnown(cli, 'user add alice --admin')).toBe(false);
  });
});

it('the table of settings in the README has every variable of the platform', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const table = readme.slice(readme.indexOf('\n## Settings'), readme.indexOf('\n## Commands'));
  const named = [...table.matchAll(/^\| ([^|]*) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name),
  );
  expect([...named, 'MCP_PORT'].sort()).toEqual(Object.keys(VARIABLES).sort());
});

/** Reads the program's definition of its commands without running it. */
async function readCommandLine(): Promise<Command> {
  const program = new Command('cli').option('--json').option('--help');
  const folder = join(root, 'src/commands/cli');
  for (const file of readdirSync(folder)) {
    const module = (await import(join(folder, file))) as Record<string, unknown>;
    for (const [name, add] of Object.entries(module)) {
      if (name.endsWith('Commands')) (add as (program: Command) => void)(program);
    }
  }
  return program;
}

function isKnown(program: Command, text: string): boolean {
  const [groupName, name, ...rest] = text.split(/[\s;&)]+/);
  const group = program.commands.find((command) => command.name() === groupName);
  const command = group?.commands.find((each) => each.name() === name);
  const options = [...(command?.options ?? []), ...program.options].map(({ long }) => long);
  const named = rest.filter((word) => word.startsWith('--'));
  return command !== undefined && named.every((word) => options.includes(word));
}
