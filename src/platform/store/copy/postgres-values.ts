import { type Column, CopyError, type Value } from './copier.js';

const INTEGERS = ['smallint', 'integer', 'bigint'];
const FLOATS = ['real', 'double precision'];

/** Converts the text of a value, as PostgreSQL writes it. What SQLite has no class for stays text. */
export function fromPostgres(text: string | null, type: string): Value {
  if (text === null) return null;
  if (INTEGERS.includes(type)) return BigInt(text);
  if (FLOATS.includes(type)) return Number(text);
  if (type === 'boolean') return text === 'true' ? 1n : 0n;
  if (type === 'bytea') return Buffer.from(text.slice(2), 'hex');
  // In this form, SQLite and JavaScript understand it, too.
  if (type === 'timestamp with time zone') return text.replace(/\+00$/, 'Z');
  return text;
}

/** Converts a value to text that PostgreSQL reads as the type of the column. It says itself if it cannot. */
export function toPostgres(value: Value, { name, type = '' }: Column, table: string): string | null {
  if (value === null) return null;
  const where = `${table}.${name}`;
  if (value instanceof Uint8Array !== (type === 'bytea')) {
    const [holds, takes] = type === 'bytea' ? ['text or a number', 'bytes'] : ['bytes', type];
    throw new CopyError(`${where} has ${holds} where PostgreSQL takes ${takes}`);
  }
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'string' && value.includes('\0')) {
    throw new CopyError(`${where} has a text with a null byte, which PostgreSQL does not take`);
  }
  return String(value);
}

/**
 * Brings a value into a form in which equal ones are the same text, on whichever side it was read.
 *
 * @param type the type of the column in PostgreSQL, or `undefined` between two SQLite files
 */
export function comparable(value: Value, type: string | undefined): string | null {
  if (value === null) return null;
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('hex')}`;
  if (type === undefined) return `${typeof value} ${value}`;
  const text = String(value);
  if (FLOATS.includes(type)) return String(Number(text));
  return FORMS[type]?.(text) ?? text;
}

const FORMS: Record<string, (text: string) => string | undefined> = {
  boolean: (text) => (/^(1|t|true|y|yes|on)$/i.test(text.trim()) ? '1' : '0'),
  numeric: decimal,
  json: canonicalJson,
  jsonb: canonicalJson,
  date: moment,
  'timestamp without time zone': moment,
  'timestamp with time zone': moment,
  'time without time zone': (text) => moment(`1970-01-01 ${text}`),
  uuid: (text) => text.toLowerCase(),
  bpchar: (text) => text.trimEnd(),
};

/** Writes a decimal number without an exponent and without zeros that mean nothing. */
function decimal(text: string): string | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text.trim()) ?? [];
  if (sign === undefined) return undefined;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return significant === '' ? '0' : `${sign === '-' ? '-' : ''}${significant}e${power}`;
}

function canonicalJson(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text, sortKeys));
  } catch {
    return undefined;
  }
}

function sortKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const MOMENT =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:Z|([+-]\d\d)(?::?(\d\d))?)?)?$/;

/** Writes a time as seconds since 1970. One without a zone counts as UTC, as it does for the copy. */
function moment(text: string): string | undefined {
  const match = MOMENT.exec(text.trim());
  if (!match) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const [fraction = '', hours = '+0', minutes = '0'] = match.slice(7);
  const offset = Number(hours) * 60 + Number(`${hours[0]}${minutes}`);
  const seconds = Date.UTC(year, month - 1, day, hour, minute - offset, second) / 1000;
  return `${seconds}.${fraction.replace(/0+$/, '')}`;
}
