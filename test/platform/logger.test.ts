import { expect, it } from 'vitest';
import { createLogger } from '../../src/platform/logger.js';

it('never writes secrets, at the top of an object or one level below', () => {
  const lines: string[] = [];
  const logger = createLogger(
    { logLevel: 'info', logPretty: false },
    { write: (line) => void lines.push(line) },
  );
  const secrets = {
    authorization: 'S3CRET',
    cookie: 'S3CRET',
    'set-cookie': 'S3CRET',
    password: 'S3CRET',
    token: 'S3CRET',
    access_token: 'S3CRET',
    refresh_token: 'S3CRET',
    client_secret: 'S3CRET',
    code: 'S3CRET',
    code_verifier: 'S3CRET',
    arguments: { note: 'S3CRET' },
  };
  logger.info({ ...secrets, headers: secrets, kept: 'visible' }, 'message');
  const output = lines.join('');
  expect(output).not.toContain('S3CRET');
  expect(output).toContain('visible');
  expect(output.match(/\[redacted\]/g)).toHaveLength(2 * Object.keys(secrets).length);
});
