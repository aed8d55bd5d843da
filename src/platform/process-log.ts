import type { Logger } from './logger.js';

/**
 * Logs what Node would write to standard error as text: warnings, and the error that ends the process when nobody
 * handles it. An unhandled rejection arrives as such an error, too.
 */
export function logProcessFaults(logger: Logger): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => logger.warn({ err: warning }, 'warning of Node'));
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'unhandled error, the server ends');
    process.exit(1);
  });
}
