/** Opens a database as a user who owns nothing, and prints the warnings and the failure: `other-user.ts PATH`. */
import { openSqliteFile } from '../../../src/platform/store/sqlite-file.js';

const NOBODY = 65_534;
const [path = ''] = process.argv.slice(2);
process.setgroups?.([]);
process.setgid?.(NOBODY);
process.setuid?.(NOBODY);
const warn = (...parts: unknown[]) => console.log(JSON.stringify(parts));
try {
  const file = openSqliteFile(path, { warn });
  file.prepare('create table if not exists t (x text)').run([]);
  file.close();
  console.log('opened');
} catch (error) {
  console.log((error as Error).message);
}
