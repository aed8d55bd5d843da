import type { Migrations } from '../../platform/store/migrations/index.js';
import * as appointments from './0001-appointments.js';

/** A released migration is never edited: add another. */
export const clinicMigrations: Migrations = {
  'clinic-0001-appointments': appointments,
};
