import { type Compilable, type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely';

/** Where a query takes its values. */
export type Places<Values> = { [Name in keyof Values]: RawBuilder<Values[Name]> };

/** Takes the place of a value while a query is compiled. */
class Place<Values> {
  constructor(readonly name: keyof Values) {}
}

/** A compiled query of which one row is wanted. SQLite returns a row faster than a list of one. */
export interface RowQuery<Row> extends CompiledQuery<Row> {
  readonly wants: 'first row';
}

/**
 * Compiles a query only the first time it runs, for what every call asks: to build and compile a query takes longer than
 * SQLite takes to run it. Nothing is prepared in PostgreSQL, because a pooler may run each query on another connection.
 *
 * @param build makes the query, and uses each value by its name
 * @returns a function that runs the query, on the store or on a transaction, and returns its first row
 */
export function prepared<Values extends Record<string, string | number>, Row>(
  // biome-ignore lint/suspicious/noExplicitAny: only `any` is assignable to a store of any tables
  store: Kysely<any>,
  build: (places: Places<Values>) => Compilable<Row>,
): (values: Values, on?: typeof store) => Promise<Row | undefined> {
  const places = new Proxy({} as Places<Values>, {
    get: (_target, name) => sql.val(new Place<Values>(name as keyof Values)),
  });
  let compiled: CompiledQuery<Row> | undefined;
  return async (values, on = store) => {
    compiled ??= build(places).compile();
    const parameters = compiled.parameters.map((value) =>
      value instanceof Place ? values[(value as Place<Values>).name] : value,
    );
    const query: RowQuery<Row> = { ...compiled, parameters, wants: 'first row' };
    const { rows } = await on.executeQuery<Row>(query);
    return rows[0];
  };
}
