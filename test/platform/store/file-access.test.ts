import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { prepareFiles } from '../../../src/platform/store/file-access.js';
import { runProgram } from '../../support/programs/program.js';
import { canChangeUser } from '../../support/programs/requirements.js';

const root = join(import.meta.dirname, '../../..');
const canBeOther = canChangeUser('Tests on files of other users are');

let directory: string;
let data: string;
let path: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcp-access-'));
  await chmod(directory, 0o755);
});
afterAll(() => rm(directory, { recursive: true, force: true }));
beforeEach(async () => {
  data = join(directory, crypto.randomUUID());
  path = join(data, 'server.db');
  await mkdir(data);
  await writeFile(path, '');
});

describe.skipIf(!canBeOther)('a database whose files belong to another user', () => {
  const open = async () => {
    const script = join(root, 'test/support/programs/other-user.ts');
    const tsx = join(root, 'node_modules/tsx/dist/loader.mjs');
    return (await runProgram(['--import', tsx, script, path])).out.trim().split('\n');
  };

  it('opens when they can be read and written, and a warning names the one that others can open', async () => {
    await chmod(data, 0o777);
    await chmod(path, 0o666);
    const [warning, opened] = await open();
    expect(warning).toContain(JSON.stringify({ file: path }));
    expect(warning).toContain('have its owner run chmod 600');
    expect(opened).toBe('opened');
    expect((await stat(path)).uid).toBe(0);
  });

  it.each([
    ['the file cannot be written', 0o777, 0o644, '', /server\.db cannot be written \(EACCES\)/],
    ['the file cannot be read', 0o777, 0o622, '', /server\.db cannot be read and written \(EACCES\)/],
    ['no file can be created beside it', 0o755, 0o666, '', /cannot take the two files .* \(EACCES\)/],
    ['its log is that of another user', 0o777, 0o666, '-wal', /server\.db-wal cannot be read and written/],
    ['its index is that of another user', 0o777, 0o666, '-shm', /server\.db-shm cannot be read and written/],
  ])('does not open when %s, and says who needs it', async (_what, dataMode, mode, companion, problem) => {
    if (companion) await writeFile(`${path}${companion}`, 'x', { mode: 0o600 });
    await chmod(data, dataMode);
    await chmod(path, mode);
    const last = (await open()).at(-1);
    expect(last).toMatch(problem);
    expect(last).toContain('Give it to the user with id 65534');
  });
});

it('files of this user become private without a warning', async () => {
  await chmod(path, 0o644);
  await writeFile(`${path}-wal`, '', { mode: 0o644 });
  const warnings: unknown[] = [];
  prepareFiles(path, { warn: (...parts: unknown[]) => void warnings.push(parts) });
  expect([(await stat(path)).mode & 0o777, (await stat(`${path}-wal`)).mode & 0o777]).toEqual([0o600, 0o600]);
  expect(warnings).toEqual([]);
});

it('a directory is no database, and the problem says what to do', () => {
  expect(() => prepareFiles(data)).toThrow(
    'cannot be written (EISDIR). It is a directory: name a file in it',
  );
});
