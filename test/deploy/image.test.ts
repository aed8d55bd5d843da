import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { connectModern } from '../support/app/clients.js';
import { freePort, SERVICE_TOKEN } from '../support/app/port.js';
import { endWithTests } from '../support/programs/processes.js';

const root = join(import.meta.dirname, '../..');
const asRoot = process.getuid?.() === 0;
/** Time to install all packages twice, in milliseconds. */
const INSTALL_TIMEOUT = 300_000;

/** One instruction of a Dockerfile, with continuation lines joined. */
interface Instruction {
  name: string;
  value: string;
}

function readDockerfile(): Instruction[] {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => ({ name: line.split(' ')[0] ?? '', value: line.slice(line.indexOf(' ') + 1) }));
}

/**
 * Carries out the Dockerfile's steps without a container engine, in one directory for each stage. COPY takes what
 * `.dockerignore` lets through, or files of another stage; RUN runs in the working directory. `/app` and `/data` are
 * inside the directory of the stage.
 */
function build(
  instructions: Instruction[],
  directory: string,
): { stage: string; environment: Record<string, string>; command: string[]; user: string } {
  const context = join(directory, 'context');
  const ignore = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  for (const name of ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1))) {
    cpSync(join(root, name), join(context, name), { recursive: true });
  }
  const environment: Record<string, string> = {};
  let stage = context;
  let workdir = '/';
  let command: string[] = [];
  let user = '0:0';
  for (const { name, value } of instructions) {
    const words = value.split(/\s+/);
    if (name === 'FROM') {
      stage = join(directory, / AS (\w+)$/.exec(value)?.[1] ?? 'final');
    } else if (name === 'WORKDIR') {
      workdir = value;
      mkdirSync(join(stage, workdir), { recursive: true });
    } else if (name === 'COPY') {
      const from = /^--from=(\w+)$/.exec(words[0] ?? '')?.[1];
      const [target = '', ...sources] = words.filter((word) => !word.startsWith('--')).reverse();
      for (const source of sources) {
        const intoFolder = target.endsWith('/') ? join(target, source.split('/').at(-1) ?? '') : target;
        const origin = from === undefined ? join(context, source) : join(directory, from, source);
        const destination = join(stage, workdir, intoFolder);
        mkdirSync(dirname(destination), { recursive: true });
        cpSync(origin, destination, { recursive: true, verbatimSymlinks: true });
      }
    } else if (name === 'RUN') {
      // Only root may change the owner of files. Anyone else runs the server as the owner of the build.
      const script = asRoot ? value : value.replace(/chown \S+ /, 'true ');
      execFileSync('sh', ['-ec', script.replaceAll(' /data', ` ${stage}/data`)], {
        cwd: join(stage, workdir),
        stdio: 'pipe',
      });
    } else if (name === 'ENV') {
      for (const [, key = '', text = ''] of value.matchAll(/(\w+)=(\S+)/g)) environment[key] = text;
    } else if (name === 'USER') {
      user = value;
    } else if (name === 'CMD') {
      command = JSON.parse(value) as string[];
    }
  }
  return { stage, environment, command, user };
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcp-image-'));
  chmodSync(directory, 0o755);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it(
  'the steps of the Dockerfile give a server that runs as an ordinary user, writes nothing but its data, and answers',
  async () => {
    const { stage, environment, command, user } = build(readDockerfile(), directory);
    const [uid = 0, gid = 0] = user.split(':').map(Number);
    const app = join(stage, 'app');
    expect(() => readFileSync(join(app, 'node_modules/typescript/package.json'))).toThrow();
    const data = join(stage, 'data');
    execFileSync('chmod', ['-R', 'a-w', app]);

    const port = String(await freePort());
    const child = endWithTests(
      spawn(process.execPath, command.slice(1), {
        cwd: app,
        env: {
          ...environment,
          PORT: port,
          HOST: '127.0.0.1',
          DEMO_DATA: 'true',
          MCP_AUTH_TOKEN: SERVICE_TOKEN,
          DATABASE_URL: (environment['DATABASE_URL'] ?? '').replace('/data', data),
        },
        ...(asRoot && { uid, gid }),
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    const exited = once(child, 'exit');
    await Promise.race([once(child.stderr, 'data'), exited]);
    if (asRoot) expect(() => execFileSync('touch', [join(app, 'x')], { uid, gid, stdio: 'pipe' })).toThrow();

    const url = `http://localhost:${port}`;
    const client = await connectModern(`${url}/mcp`);
    expect(await client.callTool({ name: 'whoami' })).toMatchObject({
      structuredContent: { kind: 'service' },
    });
    expect(await client.callTool({ name: 'greeting_card', arguments: {} })).toMatchObject({
      structuredContent: {},
    });
    await client.close();
    for (const path of ['/', '/images/lamp-arc.jpg', '/catalogs/lighting.pdf']) {
      expect((await fetch(`${url}${path}`)).status, path).toBe(200);
    }
    const [, test] =
      /HEALTHCHECK .*CMD (\[.*\])/.exec(
        readFileSync(join(root, 'Dockerfile'), 'utf8').replace(/\\\n/g, ''),
      ) ?? [];
    const [, ...check] = JSON.parse(test ?? '[]') as string[];
    execFileSync(process.execPath, check, { env: { PORT: port } });
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(() => execFileSync(process.execPath, check, { env: { PORT: port }, stdio: 'pipe' })).toThrow();
  },
  INSTALL_TIMEOUT,
);

it('a user other than root runs it, without npm or a shell in between', () => {
  const instructions = readDockerfile();
  const last = (name: string) =>
    instructions.filter((instruction) => instruction.name === name).at(-1)?.value;
  expect(last('USER')).toBe('1000:1000');
  expect(last('CMD')).toBe('["node", "dist/main.js"]');
  expect(last('VOLUME')).toBe('/data');
  const images = instructions.filter(({ name }) => name === 'FROM').map(({ value }) => value.split(' ')[0]);
  expect(new Set(images)).toEqual(new Set(['node:24-bookworm-slim']));
});
