import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { closeServer, freePort, listenLocally } from '../../../support/app/port.js';
import { startDocumentHost } from '../../../support/oauth/document-host.js';
import { doctor, doctorIn, problemsOf } from '../../../support/programs/doctor.js';

describe('an address without a usable server', () => {
  it('nothing listens', async () => {
    const [found] = await problemsOf(`http://localhost:${await freePort()}`);
    expect(found?.problem).toMatch(/^Cannot connect: .*ECONNREFUSED/);
  });

  it('the certificate is not signed by a trusted authority', async () => {
    const host = await startDocumentHost();
    const [found] = await problemsOf(`https://127.0.0.1:${host.port}`);
    await host.stop();
    expect(found?.check).toBe('connection and TLS');
    expect(found?.fix).toMatch(/public authority/);
  });

  it('the certificate names another host', async () => {
    const host = await startDocumentHost();
    const directory = await mkdtemp(join(tmpdir(), 'mcp-doctor-'));
    const authority = join(directory, 'authority.pem');
    await writeFile(authority, host.certificate);
    const { out, code } = await doctorIn(
      { NODE_EXTRA_CA_CERTS: authority },
      `https://127.0.0.1:${host.port}`,
    );
    await host.stop();
    await rm(directory, { recursive: true });
    expect(out).toContain('Fix: Use a certificate that names this host.');
    expect(code).toBe(1);
  });

  it('the address is http, and not on this computer', async () => {
    const server = createServer((_req, res) => void res.writeHead(401).end());
    const port = await listenLocally(server);
    // Another address of this computer, which the doctor does not recognise.
    const found = await problemsOf(`http://0.0.0.0:${port}`);
    await closeServer(server);
    expect(found).toContainEqual({
      check: 'connection and TLS',
      problem: 'The address is http: clients refuse to sign in over it',
      fix: 'Put TLS in front and use https',
    });
  });

  it.each([['not an address'], ['ftp://host/'], ['--nonsense'], []])(
    '%s is not a command: exit code 2',
    async (...args) => {
      const { code, err } = await doctor(...args);
      expect(code).toBe(2);
      expect(err).toMatch(/^error: /);
    },
  );
});
