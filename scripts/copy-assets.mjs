// The compiler leaves everything but TypeScript behind; what sources read at run time goes next to the compiled files.
import { cpSync } from 'node:fs';
import { extname } from 'node:path';

const ASSETS = new Set(['', '.css', '.html', '.js']);
cpSync('src', 'dist', { recursive: true, filter: (path) => ASSETS.has(extname(path)) });
