import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcp-file-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('the reason why transactions begin without a prepared statement', () => {
  it('libsql leaves a refused one open, and a later write is lost without an error', () => {
    const path = join(directory, 'refused.db');
    const own = new Libsql(path);
    own.pragma('journal_mode = WAL');
    own.exec('create table t (x text)');
    const other = new Libsql(path);
    other.exec('begin immediate');
    expect(() => own.prepare(`insert into t values ('refused')`).run()).toThrow('database is locked');
    other.exec('rollback');
    own.prepare(`insert into t values ('lost')`).run();
    // Once the row is there, libsql resets statements, and writes may be prepared and run like reads.
    expect(other.prepare('select x from t').all()).toEqual([]);
    own.close();
    other.close();
  });
});
