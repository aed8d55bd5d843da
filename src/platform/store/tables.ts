import type { Generated } from 'kysely';

/** The platform's shared tables, which no single part of it owns. */
export interface StoreTables {
  server_secrets: ServerSecretsTable;
  resource_changes: ResourceChangesTable;
}

/** Random keys, created once and shared by every replica. */
export interface ServerSecretsTable {
  name: string;
  value: string;
  created_at: number;
}

/** What has changed, on a file only: a row for each URI. */
export interface ResourceChangesTable {
  /** Grows with every change, and is never used again. */
  id: Generated<number>;
  uri: string;
}
