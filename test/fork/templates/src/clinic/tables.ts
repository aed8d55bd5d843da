/** The tables of the clinic. Times are whole seconds since 1970 (UTC). */
export interface ClinicTables {
  appointments: AppointmentsTable;
}

/** Who comes when. */
export interface AppointmentsTable {
  id: string;
  /** Of the user who booked. */
  username: string;
  /** Such as 2026-03-02. */
  day: string;
  /** Such as 09:30, the clinic's own time. */
  time: string;
  booked_at: number;
}
