import type { z } from 'zod';

/** Values read so far, keyed by their names in camel case. */
type Known = Readonly<Record<string, unknown>>;

/** One environment variable: how to parse it, what an operator should write, and its value when unset. */
export interface Variable<Value, Unset> {
  schema: z.ZodType<Value>;
  /** What an operator should write, for the list of problems. */
  expected: string;
  unset: (known: Known) => Unset;
  /** The name of a variable that, when set, makes this one required. */
  requiredWith?: string;
}

/** Variables, keyed by name. */
export type VariableTable = Record<string, Variable<unknown, unknown>>;

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<Name>;

/** The values of a table, keyed by the names of its variables in camel case. */
export type ValuesOf<Table extends VariableTable> = {
  [Name in keyof Table as CamelCase<Name & string>]: Table[Name] extends Variable<infer Value, infer Unset>
    ? Value | Unset
    : never;
};

/**
 * Declares an environment variable.
 *
 * @param schema parses the text, such as `z.url()`
 * @param expected what an operator should write, for the list of problems
 * @param unset the value when the variable is not set; `undefined` by default
 * @example
 * export const settings = {
 *   BOOKING_URL: variable(z.url(), 'the address of the booking API, such as https://booking.example.com'),
 * };
 */
export function variable<Value>(schema: z.ZodType<Value>, expected: string): Variable<Value, undefined>;
export function variable<Value>(
  schema: z.ZodType<Value>,
  expected: string,
  unset: NoInfer<Value>,
): Variable<Value, Value>;
export function variable<Value>(schema: z.ZodType<Value>, expected: string, unset?: Value) {
  return { schema, expected, unset: () => unset };
}

/**
 * Declares an environment variable whose default depends on others.
 *
 * @param unset computes the default from the values read so far
 */
export function derived<Value>(
  schema: z.ZodType<Value>,
  expected: string,
  unset: (known: Known) => NoInfer<Value>,
): Variable<Value, Value> {
  return { schema, expected, unset };
}

/**
 * Declares an environment variable that is required when another one is set, such as the key for an address.
 *
 * @param other the name of the other variable
 */
export function requiredWith<Value>(
  other: string,
  schema: z.ZodType<Value>,
  expected: string,
): Variable<Value, undefined> {
  return { ...variable(schema, expected), requiredWith: other };
}

/**
 * What Kubernetes puts into `NAME_PORT` for a service of that name, unless `enableServiceLinks` is off: an address, where
 * a variable of ours expects a number.
 */
const SERVICE_ADDRESS = /^(tcp|udp|sctp):\/\/[^/\s]+:\d+$/i;

/**
 * Reads the variables of a table. An empty value counts as unset, because compose files pass unset variables that way. So
 * does the address of a Kubernetes service, which is passed over with a notice.
 *
 * @param known values that defaults may depend on, besides the variables of the table
 */
export function readVariables<Table extends VariableTable>(
  table: Table,
  environment: Record<string, string | undefined>,
  known: Known,
): { values: ValuesOf<Table>; problems: string[]; notices: string[] } {
  const problems: string[] = [];
  const notices: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { schema, expected, unset, requiredWith: other }] of Object.entries(table)) {
    const text = environment[name]?.trim();
    if (!text && other !== undefined && environment[other]?.trim()) {
      problems.push(`${name} is not set: expected ${expected}, because ${other} is set`);
    }
    const parsed = text ? schema.safeParse(text) : undefined;
    if (parsed?.success === false) {
      if (name.endsWith('_PORT') && SERVICE_ADDRESS.test(text ?? '')) notices.push(passedOver(name));
      else problems.push(`${name} is not valid: expected ${expected}`);
    }
    values[camelCase(name)] = parsed?.success ? parsed.data : unset({ ...known, ...values });
  }
  return { values: values as ValuesOf<Table>, problems, notices };
}

function passedOver(name: string): string {
  const service = name.slice(0, -'_PORT'.length).toLowerCase().replaceAll('_', '-');
  return `${name} is the address of the Kubernetes service ${service} and is passed over. To set it yourself, turn enableServiceLinks off`;
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase());
}
