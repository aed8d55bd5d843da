/** The tables of the clinic. Times are whole seconds since 1970 (UTC). */
export interface ClinicTables {
  appointments: AppointmentsTable;
}

/** The booked appointments. */
export interface AppointmentsTable {
  id: string;
  /** The user who booked. */
  username: string;
  /** Such as 2026-03-02. */
  day: string;
  /** Such as 09:30, in the clinic's time zone. */
  time: string;
  booked_at: number;
}
