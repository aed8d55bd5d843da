import type { z } from 'zod';

/** Values that were read before, by their names in camel case. */
type Known = Readonly<Record<string, unknown>>;

/** One environment variable: how it is read, what a person should write, and what holds when it is unset. */
export interface Variable<Value, Unset> {
  schema: z.ZodType<Value>;
  /** What would be right, for the list of problems. */
  expected: string;
  unset: (known: Known) => Unset;
  /** Must be set once the variable of this name is. */
  requiredWith?: string;
}

/** Variables by their names. */
export type VariableTable = Record<string, Variable<unknown, unknown>>;

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<Name>;

/** The values of a table, by the names of its variables in camel case. */
export type ValuesOf<Table extends VariableTable> = {
  [Name in keyof Table as CamelCase<Name & string>]: Table[Name] extends Variable<infer Value, infer Unset>
    ? Value | Unset
    : never;
};

/**
 * Declares an environment variable.
 *
 * @param schema reads the text, such as `z.url()`
 * @param expected what a person should write, for the list of problems
 * @param unset the value when it is not set; `undefined` when left out
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
 * Declares an environment variable whose default follows from others.
 *
 * @param unset makes the default from the values read before
 */
export function derived<Value>(
  schema: z.ZodType<Value>,
  expected: string,
  unset: (known: Known) => NoInfer<Value>,
): Variable<Value, Value> {
  return { schema, expected, unset };
}

/**
 * Declares an environment variable that must be set once another one is, such as a key beside an address.
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
 * Reads the variables of a table. An empty value counts as unset, because that is what compose files pass on.
 *
 * @param known what defaults may be made from, besides the variables of the table
 */
export function readVariables<Table extends VariableTable>(
  table: Table,
  environment: Record<string, string | undefined>,
  known: Known,
): { values: ValuesOf<Table>; problems: string[] } {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { schema, expected, unset, requiredWith: other }] of Object.entries(table)) {
    const text = environment[name]?.trim();
    if (!text && other !== undefined && environment[other]?.trim()) {
      problems.push(`${name} is not set: expected ${expected}, because ${other} is set`);
    }
    const parsed = text ? schema.safeParse(text) : undefined;
    if (parsed?.success === false) problems.push(`${name} is not valid: expected ${expected}`);
    values[camelCase(name)] = parsed?.success ? parsed.data : unset({ ...known, ...values });
  }
  return { values: values as ValuesOf<Table>, problems };
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase());
}
