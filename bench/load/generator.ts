/** The process that sends the calls, so that no server shares a process with it. It runs one window at a time. */
import type { Plan } from './plan.js';
import { runWindow } from './run-window.js';

process.on('message', (plan: Plan) => {
  void runWindow(plan).then(
    (window) => process.send?.({ window }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
