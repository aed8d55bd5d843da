import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { freePort } from '../app/port.js';
import { endWithTests } from '../programs/processes.js';

export interface IdentityProvider {
  issuer: string;
  /** Gets an access token for that audience from the provider. */
  token: (audience: string, scope?: string) => Promise<string>;
  /** Restarts the provider at the same address, with a new signing key that replaces the old one. */
  rotateKeys: () => Promise<void>;
  start: () => Promise<void>;
  /** Stops the process; `start` brings it back. */
  stop: () => Promise<void>;
  remove: () => Promise<void>;
}

/** Starts `oidc-provider` as a process of its own. */
export async function startIdentityProvider(): Promise<IdentityProvider> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const directory = await mkdtemp(join(tmpdir(), 'identity-provider-'));
  const jwks = join(directory, 'jwks.json');
  let child: ChildProcess | undefined;
  const writeKey = async () => writeFile(jwks, JSON.stringify({ keys: [await newKey()] }));
  const provider: IdentityProvider = {
    issuer,
    async token(audience, scope = 'notes:read') {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { Authorization: `Basic ${btoa('a-client:a-secret-of-the-test-client')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience, scope }),
      });
      const answer = (await response.json()) as { access_token?: string };
      if (answer.access_token === undefined) throw new Error(`No token: ${JSON.stringify(answer)}`);
      return answer.access_token;
    },
    async rotateKeys() {
      await provider.stop();
      await writeKey();
      await provider.start();
    },
    async start() {
      const program = join(import.meta.dirname, 'identity-provider.mjs');
      child = endWithTests(
        spawn(process.execPath, [program, String(port), jwks], { stdio: ['ignore', 'pipe', 'ignore'] }),
      );
      const ended = once(child, 'exit').then(() => {
        throw new Error('The identity provider ended before it was ready');
      });
      await Promise.race([once(child.stdout ?? child, 'data'), ended]);
      ended.catch(() => {});
    },
    async stop() {
      if (child === undefined) return;
      const exited = once(child, 'exit');
      child.kill();
      await exited;
      child = undefined;
    },
    async remove() {
      await provider.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
  await writeKey();
  await provider.start();
  return provider;
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(privateKey)), use: 'sig', alg: 'ES256', kid: crypto.randomUUID() };
}
