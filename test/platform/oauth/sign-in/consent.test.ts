import { describe, expect, it } from 'vitest';
import type { Client } from '../../../../src/platform/oauth/clients/client.js';
import { grantedScopes, loginView } from '../../../../src/platform/oauth/sign-in/consent.js';

const scopes = [
  { name: 'read', description: 'Read', default: true },
  { name: 'write', description: 'Write', default: false },
  { name: 'delete', description: 'Delete', default: false },
];
const ann = { id: 'ann', name: 'Ann', scopes: ['read', 'write'] };
const asking = (requested: string, redirect_uri = 'https://app.example/callback') =>
  ({ scopes: requested, redirect_uri }) as Parameters<typeof loginView>[2];
const client = { name: 'App', host: undefined } as unknown as Client;

describe('the scopes that are granted', () => {
  it.each<[string, string, string[], string[]]>([
    ['a default scope needs no tick', 'read', [], ['read']],
    ['an optional one needs its tick', 'read write', [], ['read']],
    ['a ticked one is granted', 'read write', ['write'], ['read', 'write']],
    ['a single one is not optional', 'write', [], ['write']],
    ['of several optional ones only the ticked', 'write delete', ['write'], ['write']],
    ['a tick adds nothing that was not asked for', 'read', ['write'], ['read']],
    ['a tick adds nothing that the user may not grant', 'read delete', ['delete'], ['read']],
    ['a single one that the user may not grant is not granted', 'delete', ['delete'], []],
    ['a scope that is no longer defined is left out', 'read gone', ['gone'], ['read']],
    ['they come in the order of the server', 'write read', ['write'], ['read', 'write']],
    ['a client that named none gets the default scope', '', [], ['read']],
    ['and what the user ticks', '', ['write'], ['read', 'write']],
    ['but not what the user may not grant', '', ['write', 'delete'], ['read', 'write']],
  ])('%s', (_rule, requested, ticked, granted) => {
    expect(grantedScopes(scopes, asking(requested), ann, ticked)).toEqual(granted);
  });
});

describe('the view of the sign-in page', () => {
  const boxes = (requested: string, retry?: Parameters<typeof loginView>[4]) =>
    loginView(scopes, client, asking(requested), 'id', retry).scopes.map(({ name, optional, ticked }) => [
      name,
      optional,
      ticked,
    ]);
  const retry = (...ticked: string[]) => ({ entered: { username: 'ann', ticked }, problem: 'Wrong.' });

  it('offers optional scopes ticked, and only when there is a choice', () => {
    expect(boxes('read write')).toEqual([
      ['read', false, true],
      ['write', true, true],
    ]);
    expect(boxes('write')).toEqual([['write', false, true]]);
  });

  it('offers everything, unticked, to a client that named nothing', () => {
    expect(boxes('')).toEqual([
      ['read', false, false],
      ['write', true, false],
      ['delete', true, false],
    ]);
    expect(boxes('', retry('write')).map(([, , ticked]) => ticked)).toEqual([false, true, false]);
  });

  it('keeps what was ticked and typed when it is shown again', () => {
    expect(boxes('read write delete', retry('delete'))).toEqual([
      ['read', false, false],
      ['write', true, false],
      ['delete', true, true],
    ]);
    const again = loginView(scopes, client, asking('read'), 'id', retry());
    expect(again).toMatchObject({ username: 'ann', problem: 'Wrong.', hidden: { request: 'id' } });
  });

  it.each([
    ['https://app.example/callback', 'app.example', false],
    ['http://127.0.0.1:7777/callback', '127.0.0.1:7777', true],
  ])('names where %s leads', (redirectUri, redirectHost, ownDevice) => {
    const view = loginView(scopes, client, asking('read', redirectUri), 'id');
    expect(view).toMatchObject({ redirectHost, ownDevice, username: '', problem: undefined });
  });
});
