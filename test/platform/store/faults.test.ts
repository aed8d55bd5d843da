import { expect, it } from 'vitest';
import { asStoreError } from '../../../src/platform/store/faults.js';

const BUSY = 'The database is busy';
const SILENT = 'The database does not answer';

it.each([
  ['a deadlock', { code: '40P01' }, BUSY],
  ['a serialization failure', { code: '40001' }, BUSY],
  ['a lock that is not given in time', { code: '55P03' }, BUSY],
  ['a cancelled query', { code: '57014' }, BUSY],
  ['a transaction that idled for too long', { code: '25P03', severity: 'FATAL' }, BUSY],
  ['too many connections', { code: '53300', severity: 'FATAL' }, BUSY],
  ['a lack of memory', { code: '53200' }, BUSY],
  ['a full disk', { code: '53100' }, 'The disk of the database is full'],
  ['a disk that fails', { code: '58030' }, 'The disk of the database fails'],
  ['a missing file of the server', { code: '58P01' }, 'The disk of the database fails'],
  ['a server that is read-only', { code: '25006' }, 'The database is read-only'],
  ['a stop of the server', { code: '57P01', severity: 'FATAL' }, SILENT],
  ['a crash of the server', { code: '57P02', severity: 'FATAL' }, SILENT],
  ['a server that is starting', { code: '57P03', severity: 'FATAL' }, SILENT],
  ['a database that was dropped', { code: '57P04', severity: 'FATAL' }, SILENT],
  ['a wrong password', { code: '28P01', severity: 'FATAL' }, SILENT],
  ['a missing database', { code: '3D000', severity: 'FATAL' }, SILENT],
  ['a pooler without its server', { code: '08P01', severity: 'FATAL' }, SILENT],
  ['a lost connection', { code: '08006' }, SILENT],
  ['a refused connection', { code: 'ECONNREFUSED' }, SILENT],
  ['a reset connection', { code: 'ECONNRESET' }, SILENT],
  ['a network that lost the host', { code: 'EHOSTUNREACH' }, SILENT],
  ['a host without an address', { code: 'ENOTFOUND' }, SILENT],
  ['a name server that does not answer', { code: 'EAI_AGAIN' }, SILENT],
  ['a pool without a free connection', { message: 'timeout exceeded when trying to connect' }, BUSY],
])('%s is unavailability', (_what, error, message) => {
  expect(asStoreError(error)).toMatchObject({ name: 'UnavailableError', message, cause: error });
});

it.each([
  ['a syntax error', { code: '42601', severity: 'ERROR' }],
  ['a missing table', { code: '42P01', severity: 'ERROR' }],
  ['a duplicate', { code: '23505', severity: 'ERROR' }],
  ['a missing parameter', { code: '08P01', severity: 'ERROR' }],
  ['a statement after a failed one', { code: '25P02', severity: 'ERROR' }],
  ['an error of our own', new TypeError('x is not a function')],
])('%s stays a mistake', (_what, error) => {
  expect(asStoreError(error)).toBe(error);
});

it('a connection that broke is unavailability, whatever the reason', () => {
  expect(asStoreError(new Error('self-signed certificate'), 'silent')).toMatchObject({ message: SILENT });
});
