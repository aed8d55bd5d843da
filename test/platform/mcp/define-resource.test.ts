import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { definePrompt, defineResource, defineResourceTemplate } from '../../../src/platform/mcp/define.js';
import { startApp, type TestApp } from '../../support/app/app.js';
import { connectLegacy, connectModern } from '../../support/app/clients.js';

const described = { title: 'T', description: 'D', mimeType: 'text/plain' };
const open = { ...described, scopes: ['notes:read'] as [string] };
const locked = { ...described, scopes: ['notes:write'] as [string] };
const resources = [
  defineResource({ ...open, name: 'plain', uri: 'x://plain', read: () => 'words' }),
  defineResource({
    ...open,
    name: 'hidden',
    uri: 'x://hidden',
    listed: () => false,
    read: () => 'still readable',
  }),
  defineResource({ ...locked, name: 'locked', uri: 'x://locked', read: () => 'SECRET' }),
  defineResource({
    ...open,
    name: 'fails',
    uri: 'x://fails',
    read: () => {
      throw new Error('password=SECRET');
    },
  }),
  defineResourceTemplate({
    ...open,
    name: 'item',
    uriTemplate: 'x://items/{id}',
    read: ({ id }) => `item ${id}`,
  }),
  defineResourceTemplate({
    ...locked,
    name: 'locked-item',
    uriTemplate: 'x://locked/{id}',
    list: () => [{ uri: 'x://locked/SECRET', name: 'SECRET' }],
    complete: { id: () => ['SECRET'] },
    read: () => 'SECRET',
  }),
];
const prompts = [definePrompt({ ...locked, name: 'locked-prompt', get: () => 'SECRET' })];
const user = { kind: 'user' as const, id: 'u', name: 'U', scopes: ['notes:read'], clientId: 'c' };

let app: TestApp;
beforeAll(async () => {
  app = await startApp(
    { resources, prompts },
    {},
    { verifiers: [(token) => (token === 'user' ? user : undefined)] },
  );
});
afterAll(() => app.stop());

describe.each([
  ['2026-07-28', connectModern],
  ['2025-11-25', connectLegacy],
] as const)('in %s', (_era, connect) => {
  let client: Awaited<ReturnType<typeof connectModern>>;
  beforeAll(async () => {
    client = (await connect(app.mcpUrl, 'user')) as typeof client;
  });
  afterAll(() => client.close());
  const read = (uri: string) => client.readResource({ uri });

  it('text becomes the one content, under the URI and type of the definition', async () => {
    expect((await read('x://plain')).contents).toEqual([
      { uri: 'x://plain', mimeType: 'text/plain', text: 'words' },
    ]);
    expect((await read('x://items/caf%C3%A9')).contents).toMatchObject([{ text: 'item café' }]);
  });

  it('what is not listed can be read', async () => {
    const { resources: listed } = await client.listResources();
    expect(listed.map(({ uri }) => uri)).not.toContain('x://hidden');
    expect((await read('x://hidden')).contents).toMatchObject([{ text: 'still readable' }]);
  });

  it.each(['x://items/%', 'x://items/%E0%A4%A'])(
    '%s is not found, which is not a failure of the server',
    async (uri) => {
      const before = app.logs.length;
      await expect(read(uri)).rejects.toThrow(/not found/i);
      expect(app.logs.slice(before).filter(({ level }) => Number(level) >= 50)).toEqual([]);
    },
  );

  it('a failure shows a reference and never its own message', async () => {
    const failure = await read('x://fails').catch((error: Error) => error);
    expect(String(failure)).toMatch(/reference: \w+/);
    expect(String(failure)).not.toContain('SECRET');
  });

  it('a missing scope closes reading, listing and completing', async () => {
    for (const uri of ['x://locked', 'x://locked/1']) await expect(read(uri)).rejects.toThrow();
    await expect(client.getPrompt({ name: 'locked-prompt' })).rejects.toThrow();
    expect(JSON.stringify(await client.listResources())).not.toContain('SECRET');
    const ref = { type: 'ref/resource' as const, uri: 'x://locked/{id}' };
    const completion = client.complete({ ref, argument: { name: 'id', value: '' } });
    await expect(completion).rejects.toThrow(/notes:write/);
  });
});

it('a caller with the scope sees and reads everything', async () => {
  const service = await connectModern(app.mcpUrl);
  expect(JSON.stringify(await service.listResources())).toContain('x://locked/SECRET');
  expect((await service.readResource({ uri: 'x://locked/1' })).contents).toMatchObject([{ text: 'SECRET' }]);
  expect(await service.getPrompt({ name: 'locked-prompt' })).toMatchObject({
    messages: [{ role: 'user', content: { type: 'text', text: 'SECRET' } }],
  });
  await service.close();
});
