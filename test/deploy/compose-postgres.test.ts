import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/platform/config/config.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../support/programs/postgres.js';
import { interpolate, RESET, readCompose, type Service, violations } from './compose-file.js';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docker-compose.postgres.yml'), 'utf8');
const compose = readCompose('docker-compose.postgres.yml');
const { app, postgres } = compose.services as { app: Service; postgres: Service };
const environment = { POSTGRES_PASSWORD: 'd1f0', PUBLIC_URL: 'https://mcp.example.com' };

describe('docker-compose.postgres.yml', () => {
  it('fits the Compose specification', () => {
    expect(violations(compose)).toEqual([]);
    expect(violations({ services: { app, postgres: { ...postgres, imagee: 'x' } } })).not.toEqual([]);
  });

  it('lets the server be scaled, and starts it after the database', () => {
    expect(Object.keys(compose.services)).toEqual(['app', 'postgres']);
    expect(app).toEqual({
      container_name: RESET,
      environment: { DATABASE_URL: expect.any(String) },
      depends_on: { postgres: { condition: 'service_healthy' } },
    });
    expect(postgres['container_name']).toBeUndefined();
  });

  it('the server finds the database under the name of the service', () => {
    const { databaseUrl } = parseConfig({
      ...environment,
      DATABASE_URL: interpolate(app.environment?.['DATABASE_URL'] ?? '', environment),
    });
    expect(databaseUrl).toBe('postgres://mcp:d1f0@postgres/mcp');
  });

  it('the database is reached by the server only, has no privilege, and writes to its volume only', () => {
    expect(postgres).toMatchObject({
      user: 'postgres',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: expect.stringMatching(/^\d+g$/),
      restart: 'unless-stopped',
      volumes: ['postgres:/var/lib/postgresql/data', './postgres:/docker-entrypoint-initdb.d:ro'],
      healthcheck: { test: expect.arrayContaining(['pg_isready']) },
    });
    for (const member of ['ports', 'expose', 'cap_add', 'privileged', 'network_mode', 'pid', 'ipc'])
      expect(postgres[member], member).toBeUndefined();
    expect(Object.keys(compose.volumes)).toEqual(['postgres']);
  });

  it('holds no secret, and says how to make one', () => {
    expect(() => interpolate(postgres.environment?.['POSTGRES_PASSWORD'] ?? '', {})).toThrow(
      'set POSTGRES_PASSWORD in .env, made with openssl rand -hex 32',
    );
    const variables = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
    expect(new Set(variables)).toEqual(new Set(['POSTGRES_PASSWORD']));
  });
});

describe.skipIf(postgresProgram === undefined)('postgres/create-role.sh', () => {
  let database: TestPostgres;
  let owner: pg.Client;
  beforeAll(async () => {
    database = await startPostgres();
    const { port, hostname, username } = new URL(database.url);
    execFileSync(join(root, 'postgres/create-role.sh'), {
      env: {
        PATH: `${dirname(postgresProgram ?? '')}:${process.env['PATH']}`,
        PGHOST: hostname,
        PGPORT: port,
        POSTGRES_USER: username,
        POSTGRES_PASSWORD: "it's",
      },
    });
    owner = new pg.Client(`postgres://mcp:it's@${hostname}:${port}/mcp`);
    await owner.connect();
  });
  afterAll(async () => {
    await owner?.end();
    await database?.stop();
  });

  it('makes a role that may create tables in its database, and nothing else', async () => {
    await owner.query('create table tried (x int)');
    const { rows } = await owner.query('select * from pg_roles where rolname = current_user');
    expect(rows[0]).toMatchObject({
      rolsuper: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
      rolbypassrls: false,
    });
    await expect(owner.query('create database other')).rejects.toThrow('permission denied');
    const other = new pg.Client(database.url.replace('test@', 'mcp@'));
    await expect(other.connect()).rejects.toThrow('permission denied for database "postgres"');
  });

  it('keeps the password for that role, and takes it from the superuser', async () => {
    const admin = new pg.Client(database.url);
    await admin.connect();
    const { rows } = await admin.query(
      'select rolname, rolpassword from pg_authid where rolcanlogin order by 1',
    );
    await admin.end();
    expect(rows).toEqual([
      { rolname: 'mcp', rolpassword: expect.stringMatching(/^SCRAM-SHA-256/) },
      { rolname: 'test', rolpassword: null },
    ]);
  });
});
