import type { Kysely } from 'kysely';

/** Renames the price: it counts the smallest unit of its currency, which for yen is not a cent. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('products').renameColumn('price_cents', 'price_minor').execute();
}
