import type { Group } from '../bench.js';
import { calls } from './calls.js';
import { manyTools } from './many-tools.js';
import { memory } from './memory.js';
import { languages, packages } from './peers.js';
import { reading } from './reading.js';
import { refresh } from './refresh.js';
import { signIns } from './sign-ins.js';
import { start } from './start.js';
import { tail } from './tail.js';

/** Everything that is measured, in this order. */
export const groups: Group[] = [
  { name: 'calls', title: 'Calls of a tool', run: calls },
  { name: 'reading', title: 'Reading', run: reading },
  { name: 'packages', title: 'Beside other packages', run: packages },
  { name: 'languages', title: 'Beside other languages', run: languages },
  { name: 'tools', title: 'Many tools', run: manyTools },
  { name: 'tail', title: 'Many connections', run: tail },
  { name: 'refresh', title: 'Refreshes', run: refresh },
  { name: 'sign-ins', title: 'Beside sign-ins', run: signIns },
  { name: 'start', title: 'Start', run: start },
  { name: 'memory', title: 'Memory', run: memory },
];
