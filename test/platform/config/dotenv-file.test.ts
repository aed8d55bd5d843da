import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { inspectDotenv } from '../../../src/platform/config/dotenv-file.js';

const directory = mkdtempSync(join(tmpdir(), 'mcp-dotenv-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function inspect(content: string | Uint8Array) {
  const path = join(directory, '.env');
  writeFileSync(path, content);
  return inspectDotenv(path);
}
const noticesOf = (content: string | Uint8Array) => inspect(content).notices;
const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');

describe('an .env of which nothing can be read', () => {
  it.each([
    [
      'in UTF-16, as PowerShell writes it',
      utf16('PORT=9000\r\n'),
      /^\.env cannot be read: it is in UTF-16, save/,
    ],
    ['in big-endian UTF-16', utf16('PORT=9000').swap16(), /UTF-16/],
    ['in UTF-16 without a mark', utf16('PORT=9000').subarray(2), /NUL bytes/],
  ])('%s is a problem', (_what, content, problem) => {
    expect(inspect(content)).toEqual({ problems: [expect.stringMatching(problem)], notices: [] });
  });

  it('because it is a directory, as Docker makes of a missing file, is a problem', () => {
    const path = join(directory, 'mounted');
    mkdirSync(path);
    expect(inspectDotenv(path).problems).toEqual(['.env cannot be read: it is a directory, expected a file']);
  });

  it('because it does not exist is fine', () => {
    expect(inspectDotenv(join(directory, 'none'))).toEqual({ problems: [], notices: [] });
  });

  it.skipIf(process.platform === 'win32')('again because it is a pipe is fine', () => {
    const path = join(directory, 'pipe');
    spawnSync('mkfifo', [path]);
    expect(inspectDotenv(path)).toEqual({ problems: [], notices: [] });
  });
});

describe('an .env that is read as it is written', () => {
  it.each([
    ['comments', '# first\n\n  # second\nPORT=9000 # third\nHOST="::" #fourth'],
    ['Windows line ends and a byte order mark', '\uFEFFPORT=9000\r\nHOST=127.0.0.1\r\n'],
    ['other ways to assign', 'export PORT=9000\nHOST: 127.0.0.1\nLOG_LEVEL = debug\nEMPTY='],
    ['a # in quotes', `A="x#y"\nB='x#y'\nC=\`x#y\``],
    [
      'a key over several lines',
      'KEY="-----BEGIN KEY-----\nMIIE\nAb/c==\nMIIE=\n-----END KEY-----"\nPORT=9000',
    ],
  ])('with %s needs no notice', (_what, content) => {
    expect(noticesOf(content)).toEqual([]);
  });
});

describe('an .env of which a part is lost', () => {
  it.each([
    ['a value cut at a #', 'PORT=9000\nTOKEN=se#cret', ['.env line 2: TOKEN is cut at the #']],
    ['a value that begins with a #', 'TOKEN=#secret', ['.env line 1: TOKEN is cut at the #']],
    ['a line that assigns nothing', 'PORT 9000\nHOST=::', ['.env line 1 is ignored: expected NAME=value']],
    ['a command of another shell', 'set PORT=9000', ['.env line 1 is ignored']],
    ['a name with a space', 'MY PORT=9000', ['.env line 1 is ignored']],
    ['a quote that is not closed', 'TOKEN="secret', ['.env line 1: TOKEN begins with a quote']],
    [
      'lines that a quote swallows',
      'TOKEN="secret\nPORT=9000\nNAME=x"',
      ['PORT is not read', 'NAME is not read'],
    ],
    ['a variable set twice', 'PORT=1\nHOST=::\nPORT=2', ['.env sets PORT twice, in lines 1 and 3']],
    ['bytes of another encoding', Buffer.from('NAME=M\xfcller', 'latin1'), ['.env line 1: not UTF-8']],
  ])('says so for %s, without the value', (_what, content, expected) => {
    const notices = noticesOf(content);
    expect(notices).toEqual(expected.map((text) => expect.stringContaining(text)));
    expect(notices.join()).not.toContain('secret');
    expect(notices.join()).not.toContain('cret');
  });
});
