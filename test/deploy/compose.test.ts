import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseDotenv } from 'dotenv';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/platform/config/config.js';
import { drainTime } from '../../src/platform/lifecycle.js';
import { interpolate, readCompose, type Service, violations } from './compose-file.js';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');

const compose = readCompose('docker-compose.yml');
const { app, nginx, ngrok } = compose.services as { app: Service; nginx: Service; ngrok: Service };

/** Returns the server's environment: everything in `.env`, overridden by the service's interpolated `environment`. */
function environmentOf(env: Record<string, string>): Record<string, string> {
  const own = Object.entries(app.environment ?? {}).map(([name, value]) => [name, interpolate(value, env)]);
  return { ...env, ...Object.fromEntries(own) };
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

  it.each(Object.entries(compose.services))('%s has the rights it needs, and no other', (name, service) => {
    // As root, nginx needs these to open the ports, read the key, and switch to an ordinary user.
    const capabilities = ['CHOWN', 'DAC_OVERRIDE', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'];
    expect(service['cap_add']).toEqual(name === 'nginx' ? capabilities : undefined);
    for (const member of ['privileged', 'user', 'devices', 'network_mode', 'pid', 'ipc']) {
      expect(service[member], member).toBeUndefined();
    }
  });

  it.each(Object.entries(compose.services))(
    '%s drops every privilege and has a memory limit',
    (_name, service) => {
      expect(service).toMatchObject({
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        mem_limit: expect.stringMatching(/^\d+m$/),
      });
    },
  );

  it('the server can write only to its volume, restarts, and starts before the proxy', () => {
    expect(app).toMatchObject({
      read_only: true,
      init: true,
      restart: 'unless-stopped',
      volumes: ['data:/data'],
    });
    expect(nginx).toMatchObject({ read_only: true, restart: 'unless-stopped' });
    for (const service of [nginx, ngrok])
      expect(service.depends_on).toMatchObject({ app: { condition: 'service_healthy' } });
    expect(Object.keys(compose.volumes)).toEqual(expect.arrayContaining(['data']));
  });

  it('cannot be scaled while the data is in a file', () => {
    const nameIn = (COMPOSE_PROJECT_NAME: string) =>
      interpolate(String(app['container_name']), { COMPOSE_PROJECT_NAME });
    // A name is unique on its machine, where there may be other copies of the project.
    expect([nameIn('mine'), nameIn('other')]).toEqual(['mine-app', 'other-app']);
  });

  it('the proxy looks up replaced and added servers by itself, and has a health check', () => {
    const upstream = readFileSync(join(root, 'nginx/upstream.conf'), 'utf8');
    expect(upstream).toMatch(/^ {2}server app:8000 .*resolve;$/m);
    // The address of Docker's own name server.
    expect(upstream).toMatch(/^resolver 127\.0\.0\.11 /m);
    expect(nginx['image']).toMatch(/^nginx:1\.(2[89]|[3-9]\d)-/);
    expect(nginx['healthcheck']).toMatchObject({
      test: ['CMD-SHELL', expect.stringContaining('https://127.0.0.1/healthz')],
    });
    expect(nginx['healthcheck']).not.toHaveProperty('disable');
    expect(app['healthcheck']).toBeUndefined();
  });

  it('gives the calls of a service time to finish before it stops', () => {
    const seconds = (service: Service) => Number(/^(\d+)s$/.exec(String(service['stop_grace_period']))?.[1]);
    const { toolTimeoutMs } = parseConfig({});
    expect(seconds(app) * 1000).toBeGreaterThan(drainTime(toolTimeoutMs) + 2000);
    const configuration = readFileSync(join(root, 'nginx/nginx.conf'), 'utf8');
    const shutdown = Number(/^worker_shutdown_timeout (\d+)s;/m.exec(configuration)?.[1]);
    expect(shutdown * 1000).toBeGreaterThan(toolTimeoutMs);
    expect(seconds(nginx)).toBeGreaterThan(shutdown);
  });

  it('the volume of the renewal script is the one of the proxy', () => {
    const name = (compose.volumes['acme'] as { name: string }).name;
    expect(readFileSync(join(root, 'nginx/renew-certificate.sh'), 'utf8')).toContain(
      `-v ${name}:/var/www/acme`,
    );
    expect(nginx.volumes).toContain('acme:/var/www/acme:ro');
  });

  it('passes everything in .env to the server', () => {
    expect(app['env_file']).toBe('.env');
  });

  it('a copy of .env.example keeps the defaults of the container, without demo users', () => {
    const example = readFileSync(join(root, '.env.example'), 'utf8');
    const own = { PUBLIC_URL: 'https://localhost' };
    const config = parseConfig(environmentOf(parseDotenv(`${example}\nPUBLIC_URL=https://localhost`)));
    expect(config).toEqual(parseConfig(environmentOf(own)));
    expect(config).toMatchObject({ databaseUrl: 'file:/data/server.db', host: '0.0.0.0', demoData: false });
    expect(() => environmentOf(parseDotenv(example))).toThrow('set PUBLIC_URL in .env');
    expect(environmentOf({ ...own, DEMO_DATA: 'true' })).toMatchObject({ DEMO_DATA: 'true' });
  });

  it('the server knows that it is behind one proxy', () => {
    expect(app.environment).toMatchObject({ TRUST_PROXY: '1', HOST: '0.0.0.0' });
  });

  it('every variable it reads from .env is documented there', () => {
    const example = readFileSync(join(root, '.env.example'), 'utf8');
    // Compose sets the name of the project.
    const variables = [...text.matchAll(/\$\{(?!COMPOSE_PROJECT_NAME\})(\w+)/g)].map((match) => match[1]);
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
