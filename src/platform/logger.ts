import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config/config.js';
import { createLineWriter } from './line-writer.js';
import { wellFormedJson } from './well-formed.js';

export type { Logger } from 'pino';

/** Keys whose values never reach a log line, at the top level of a logged object and one level below. */
const SECRET_KEYS = [
  'authorization',
  'cookie',
  '["set-cookie"]',
  'password',
  'token',
  'access_token',
  'refresh_token',
  'client_secret',
  'code',
  'code_verifier',
  'arguments',
];

/**
 * Creates the logger. It writes JSON lines to standard output, or readable lines when `LOG_PRETTY` is on.
 *
 * @param destination receives JSON lines instead of standard output
 */
export function createLogger(
  config: Pick<Config, 'logLevel' | 'logPretty'>,
  destination?: DestinationStream,
): Logger {
  const nested = SECRET_KEYS.map((key) => (key.startsWith('[') ? `*${key}` : `*.${key}`));
  const options = {
    level: config.logLevel,
    base: null,
    // A message of an error may quote what someone sent.
    hooks: { streamWrite: wellFormedJson },
    redact: { paths: [...SECRET_KEYS, ...nested], censor: '[redacted]' },
  };
  if (destination) return pino(options, destination);
  if (!config.logPretty) {
    // Asking for it has Node make a pipe or socket non-blocking.
    const { fd } = process.stdout;
    const onLost = (lines: number) =>
      logger.warn({ lines }, 'log lines were lost, because nothing read them');
    const logger: Logger = pino(options, createLineWriter(fd, onLost));
    return logger;
  }
  return pino({
    ...options,
    transport: {
      target: 'pino-pretty',
      options: { translateTime: 'SYS:HH:MM:ss', singleLine: true },
    },
  });
}
