import { describe, expect, it } from 'vitest';
import { doctor, problemsOf } from './support/doctor.js';
import { startDocumentHost } from './support/document-host.js';
import { freePort } from './support/server.js';

describe('what is no server at all', () => {
  it('nothing listens', async () => {
    const [found] = await problemsOf(`http://localhost:${await freePort()}`);
    expect(found?.problem).toMatch(/^Cannot connect: .*ECONNREFUSED/);
  });

  it('the certificate is signed by nobody', async () => {
    const host = await startDocumentHost();
    const [found] = await problemsOf(`https://127.0.0.1:${host.port}`);
    await host.stop();
    expect(found?.check).toBe('connection and TLS');
    expect(found?.fix).toMatch(/public authority/);
  });

  it.each([['not an address'], ['ftp://host/'], ['--nonsense'], []])(
    '%s is no command: exit code 2',
    async (...args) => {
      const { code, err } = await doctor(...args);
      expect(code).toBe(2);
      expect(err).toMatch(/^error: /);
    },
  );
});
