import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const scripts = join(import.meta.dirname, '../../nginx');

it('a renewed certificate is copied and nginx reloaded only when certbot succeeded', () => {
  const directory = mkdtempSync(join(tmpdir(), 'mcp-renew-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const folder of ['nginx/certs', 'bin', 'letsencrypt/live/mcp.example.com', 'letsencrypt/archive']) {
    mkdirSync(join(directory, folder), { recursive: true });
  }
  cpSync(join(scripts, 'renew-certificate.sh'), join(directory, 'nginx/renew-certificate.sh'));
  for (const name of ['fullchain.pem', 'privkey.pem']) {
    writeFileSync(join(directory, 'letsencrypt/archive', name), `new ${name}`);
    symlinkSync(`../../archive/${name}`, join(directory, 'letsencrypt/live/mcp.example.com', name));
  }
  const docker = join(directory, 'bin/docker');
  const standIn = (code: number) => {
    writeFileSync(docker, `#!/bin/sh\necho "$@" >> '${directory}/asked'\nexit ${code}\n`);
    chmodSync(docker, 0o755);
  };
  const env = { PATH: `${join(directory, 'bin')}:${process.env['PATH']}` };
  const renew = ['nginx/renew-certificate.sh', 'mcp.example.com'];
  const asked = () => readFileSync(join(directory, 'asked'), 'utf8').trim().split('\n');

  standIn(1);
  expect(spawnSync('sh', renew, { cwd: directory, env }).status).toBe(1);
  expect(asked()).toHaveLength(1);

  standIn(0);
  execFileSync('sh', renew, { cwd: directory, env });
  expect(readFileSync(join(directory, 'nginx/certs/privkey.pem'), 'utf8')).toBe('new privkey.pem');
  expect(readFileSync(join(directory, 'nginx/certs/fullchain.pem'), 'utf8')).toBe('new fullchain.pem');
  expect(asked().at(-2)).toContain('certbot/certbot renew');
  expect(asked().at(-1)).toMatch(/^compose exec -T nginx nginx -c .* -s reload$/);
});

it('a certificate that cannot be made says why', () => {
  const script = join(scripts, 'make-certificate.sh');
  const wrong = spawnSync(script, ['not,a,name=', tmpdir()], { encoding: 'utf8' });
  expect(wrong.status).not.toBe(0);
  expect(wrong.stderr).toMatch(/error/i);
});
