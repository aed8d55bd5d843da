import type { Migrations } from '../../platform/store/migrations/index.js';
import * as appointments from './0001-appointments.js';

/** The migrations of the clinic. Never edit a released migration; add another. */
export const clinicMigrations: Migrations = {
  'clinic-0001-appointments': appointments,
};
