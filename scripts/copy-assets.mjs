// The compiler emits only TypeScript. Copies the other files that the code reads at run time next to the output.
import { cpSync } from 'node:fs';
import { extname } from 'node:path';

const ASSETS = new Set(['', '.css', '.html', '.js']);
cpSync('src', 'dist', { recursive: true, filter: (path) => ASSETS.has(extname(path)) });
