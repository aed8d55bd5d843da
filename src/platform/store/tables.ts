/** The platform's shared tables, which no single part of it owns. */
export interface StoreTables {
  server_secrets: ServerSecretsTable;
}

/** Random keys, created once and shared by every replica. */
export interface ServerSecretsTable {
  name: string;
  value: string;
  created_at: number;
}
