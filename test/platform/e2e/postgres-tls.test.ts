import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeStartFailure } from '../../../src/platform/lifecycle.js';
import { connectStore, openStore } from '../../../src/platform/store/database.js';
import { postgresProgram, startPostgres, type TestPostgres } from '../../support/programs/postgres.js';
import { startServer } from '../../support/programs/server.js';

/** The modes that check the certificate and its name. */
const CHECKING = ['verify-full', 'verify-ca', 'require', 'prefer'];

/** A PostgreSQL whose certificate is for `localhost`, signed by an authority of its own, as managed ones have. */
describe.skipIf(postgresProgram === undefined)('PostgreSQL with TLS', () => {
  let directory: string;
  let authority: string;
  let database: TestPostgres;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mcp-tls-'));
    chmodSync(directory, 0o755);
    const ca = await generate([{ name: 'commonName', value: 'Test authority' }], {
      algorithm: 'sha256',
      extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
    });
    const server = await generate([{ name: 'commonName', value: 'localhost' }], {
      algorithm: 'sha256',
      ca: { key: ca.private, cert: ca.cert },
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    authority = write('ca.pem', ca.cert);
    const key = write('server.key', server.private);
    // PostgreSQL refuses a key that others can read. It runs as `nobody` when the tests run as root.
    chmodSync(key, 0o600);
    if (process.getuid?.() === 0) chownSync(key, 65534, 65534);
    const settings = { ssl: 'on', ssl_cert_file: write('server.crt', server.cert), ssl_key_file: key };
    database = await startPostgres(settings);
    // pg warns once of modes whose meaning it is going to change.
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await database?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  function write(name: string, text: string): string {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  }

  /** Returns the address of the database with these TLS settings. */
  function address(query: string, host = 'localhost'): string {
    return `${database.url.replace('127.0.0.1', host)}?${query}`;
  }

  /** Connects and returns whether the connection is encrypted. */
  async function isEncrypted(url: string): Promise<boolean> {
    const store = await connectStore(url);
    try {
      const own = sql<{ ssl: boolean }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
      return (await own.execute(store)).rows[0]?.ssl ?? false;
    } finally {
      await store.destroy();
    }
  }

  /** Returns what the operator reads when the server does not start. */
  async function startFailure(url: string): Promise<string> {
    try {
      await (await openStore(url)).destroy();
      return 'it starts';
    } catch (error) {
      return describeStartFailure(error);
    }
  }

  it.each(CHECKING)('sslmode=%s with the root certificate is encrypted', async (mode) => {
    expect(await isEncrypted(address(`sslmode=${mode}&sslrootcert=${authority}`))).toBe(true);
  });

  it.each(CHECKING)('sslmode=%s checks the certificate, and the start says how to trust it', async (mode) => {
    expect(await startFailure(address(`sslmode=${mode}`))).toMatch(
      /^The server cannot start: .* \((self-signed|unable to).*\): add sslrootcert=.* or set NODE_EXTRA_CA_CERTS/,
    );
  });

  it.each(CHECKING)('sslmode=%s checks the name, and the start says which it expected', async (mode) => {
    const url = address(`sslmode=${mode}&sslrootcert=${authority}`, '127.0.0.1');
    expect(await startFailure(url)).toMatch(/127\.0\.0\.1 .*\): use a name in the URL that the certificate/);
  });

  it('sslmode=no-verify is encrypted, and trusts any certificate', async () => {
    expect(await isEncrypted(address('sslmode=no-verify', '127.0.0.1'))).toBe(true);
  });

  it.each(['', 'sslmode=disable'])('"%s" is not encrypted', async (query) => {
    expect(await isEncrypted(address(query))).toBe(false);
  });

  it('a root certificate that is not there stops the start with its path', async () => {
    expect(await startFailure(address('sslmode=verify-full&sslrootcert=/nowhere/ca.pem'))).toContain(
      '/nowhere/ca.pem',
    );
  });

  it('a database without TLS stops the start when TLS is asked for', async () => {
    const plain = await startPostgres();
    expect(await startFailure(`${plain.url}?sslmode=verify-full`)).toContain('turn TLS on in PostgreSQL');
    await plain.stop();
  });

  it('a server trusts the authority in NODE_EXTRA_CA_CERTS, too', async () => {
    const server = await startServer({
      DATABASE_URL: address('sslmode=verify-full'),
      NODE_EXTRA_CA_CERTS: authority,
    });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    await server.stop();
  });
});
