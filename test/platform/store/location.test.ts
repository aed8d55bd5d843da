import { expect, it } from 'vitest';
import { describeDatabase } from '../../../src/platform/store/location.js';

it('the place of a database is shown without the user and the password', () => {
  expect(describeDatabase('postgres://user:hunter2@db.example.com:5432/name?sslmode=require')).toBe(
    'PostgreSQL at db.example.com:5432/name',
  );
});

it.each(['/', '?', '#'])(
  'the rest of a password that is not escaped is not shown: 12%shunter2',
  (separator) => {
    expect(describeDatabase(`postgres://user:12${separator}hunter2@db.example.com/name`)).toBe('PostgreSQL');
  },
);
