/** The tables of the platform that belong to no part of it alone. */
export interface StoreTables {
  server_secrets: ServerSecretsTable;
}

/** Random keys made once and shared by every replica, by name. */
export interface ServerSecretsTable {
  name: string;
  value: string;
  created_at: number;
}
