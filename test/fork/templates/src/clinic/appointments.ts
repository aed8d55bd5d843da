import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Store } from '../platform/store/database.js';
import type { AppointmentsTable, ClinicTables } from './tables.js';

export type Appointment = Selectable<AppointmentsTable>;

/** Books a time, or returns `undefined` when it is already taken. */
export async function bookAppointment(
  store: Store<ClinicTables>,
  wanted: { username: string; day: string; time: string },
): Promise<Appointment | undefined> {
  return store
    .insertInto('appointments')
    .values({ id: randomUUID(), ...wanted, booked_at: Math.floor(Date.now() / 1000) })
    .onConflict((conflict) => conflict.columns(['day', 'time']).doNothing())
    .returningAll()
    .executeTakeFirst();
}

/** Finds the next appointment of a user, from a given day on. */
export async function nextAppointment(
  store: Store<ClinicTables>,
  username: string,
  from: string,
): Promise<Appointment | undefined> {
  return store
    .selectFrom('appointments')
    .selectAll()
    .where('username', '=', username)
    .where('day', '>=', from)
    .orderBy('day')
    .orderBy('time')
    .limit(1)
    .executeTakeFirst();
}
