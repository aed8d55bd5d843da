import { describe, expect, it } from 'vitest';
import { parseClient } from '../../../../src/platform/oauth/clients/client-document.js';
import { clientDocument, DOCUMENT_HOST, DOCUMENT_URL } from '../../../support/oauth/document-host.js';
import { KEYS_URL } from '../../../support/oauth/signing-client.js';

const url = new URL(DOCUMENT_URL);
const read = (changes: Record<string, unknown>) => parseClient(JSON.stringify(clientDocument(changes)), url);
const CALLBACK = 'https://app.example/callback';

describe('a document is judged only by what is used of it', () => {
  it.each<[string, Record<string, unknown>]>([
    ['secrets that are null', { client_secret: null, client_secret_expires_at: null }],
    ['an empty secret', { client_secret: '' }],
    ['a name of 130 characters', { client_name: 'n'.repeat(130) }],
    ['a name of 10,000 characters', { client_name: 'n'.repeat(10_000) }],
    [
      'null in everything that is not used',
      nulls('logo_uri', 'contacts', 'jwks', 'jwks_uri', 'grant_types', 'scope'),
    ],
    ['null as its method', nulls('token_endpoint_auth_method', 'token_endpoint_auth_methods_supported')],
    [
      'other types in what is not used',
      { logo_uri: 7, contacts: 'me', scope: ['a'], client_uri: {}, tos_uri: [[]] },
    ],
    ['keys that are no keys, as a public client', { jwks: 'x', jwks_uri: ['y'] }],
    [
      'unknown grants and responses',
      { grant_types: ['authorization_code', 'urn:x', null], response_types: ['code', 'id_token'] },
    ],
    [
      'a version of tomorrow',
      { software_statement: 'x.y.z', application_type: 'tv', 'vendor:thing': { deep: [{}] } },
    ],
    [
      'members that objects have by nature',
      JSON.parse('{"__proto__": {"client_name": "x"}, "constructor": 1}'),
    ],
  ])('with %s it is accepted', (_what, changes) => {
    expect(read(changes)).toMatchObject({
      clientId: DOCUMENT_URL,
      keys: undefined,
      assertionRequired: false,
    });
  });

  it('with a byte order mark it is accepted', () => {
    expect(parseClient(`\ufeff${JSON.stringify(clientDocument())}`, url)).toMatchObject({
      clientId: DOCUMENT_URL,
    });
  });

  it.each<[string, unknown, string[]]>([
    ['eleven', many(11), many(11)],
    ['a hundred', many(100), many(100)],
    ['odd schemes among good ones', ['ftp://a', CALLBACK, 'javascript:alert(1)', 'file:///x'], [CALLBACK]],
    ['entries that are no text', [null, 1, {}, [CALLBACK], CALLBACK], [CALLBACK]],
    ['the same twice', [CALLBACK, CALLBACK], [CALLBACK]],
    ['one that is too long', [`https://app.example/${'x'.repeat(3000)}`, CALLBACK], [CALLBACK]],
  ])('of its redirect addresses, the usable ones count: %s', (_what, redirect_uris, redirectUris) => {
    expect(read({ redirect_uris })).toMatchObject({ redirectUris });
  });

  it.each<[string, Record<string, unknown>]>([
    ['no redirect address', { redirect_uris: [] }],
    [
      'only dangerous redirect addresses',
      { redirect_uris: ['javascript:alert(1)', 'data:text/html,x', null] },
    ],
    ['redirect addresses that are no list', { redirect_uris: CALLBACK }],
    ['null as redirect addresses', { redirect_uris: null }],
    ['a name that is no text', { client_name: ['x'] }],
    ['null as its name', { client_name: null }],
    ['a secret', { client_secret: 's' }],
    ['a method that is no text', { token_endpoint_auth_method: ['private_key_jwt'] }],
    ['methods that are no list', { token_endpoint_auth_methods_supported: 'private_key_jwt' }],
    [
      'only methods with a secret',
      {
        token_endpoint_auth_method: 'client_secret_post',
        token_endpoint_auth_methods_supported: ['client_secret_jwt'],
      },
    ],
    ['only an unknown method', { token_endpoint_auth_method: 'tls_client_auth' }],
    [
      'a key that comes with its private part',
      { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [{ kty: 'EC', x: 'x', d: 'd' }] } },
    ],
    [
      'only keys, and none to be found',
      { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [] } },
    ],
  ])('with %s it is refused', (_what, changes) => {
    expect(() => read(changes)).toThrow(/not valid/);
  });

  it.each(['null', '[]', '"text"', '1', `[${JSON.stringify(clientDocument())}]`])(
    '%s is no document',
    (text) => {
      expect(() => parseClient(text, url)).toThrow(/not valid/);
    },
  );
});

describe('how a client authenticates is what its document says', () => {
  const keys = { jwks_uri: KEYS_URL };
  it.each<[string, Record<string, unknown>, boolean, boolean]>([
    [
      'says private_key_jwt, like the old one of ChatGPT',
      { token_endpoint_auth_method: 'private_key_jwt' },
      true,
      true,
    ],
    [
      'lists none beside it, like the new one of ChatGPT',
      {
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      },
      true,
      false,
    ],
    [
      'lists it beside none',
      { token_endpoint_auth_method: 'none', token_endpoint_auth_methods_supported: ['private_key_jwt'] },
      true,
      false,
    ],
    [
      'only lists',
      {
        token_endpoint_auth_method: null,
        token_endpoint_auth_methods_supported: ['private_key_jwt', 'private_key_jwt', 1],
      },
      true,
      true,
    ],
    [
      'lists a secret, too',
      { token_endpoint_auth_method: 'client_secret_post', token_endpoint_auth_methods_supported: ['none'] },
      false,
      false,
    ],
    ['says nothing', { token_endpoint_auth_method: undefined }, false, false],
  ])('one that %s', (_what, changes, signs, assertionRequired) => {
    const client = read({ ...keys, ...changes });
    expect(client.assertionRequired).toBe(assertionRequired);
    expect(client.keys).toEqual(signs ? keys : undefined);
  });

  it('keys in the document count before those at an address', () => {
    const jwks = { keys: [{ kty: 'EC', kid: 'a', use: null }, null] };
    const method = { token_endpoint_auth_method: 'private_key_jwt' };
    expect(read({ ...keys, ...method, jwks }).keys).toEqual({ jwks: { keys: [{ kty: 'EC', kid: 'a' }] } });
  });
});

it('a name that is blank to the eye gives way to the host', () => {
  expect(read({ client_name: '\u3164\u{e0041}' })).toMatchObject({
    name: DOCUMENT_HOST,
    host: DOCUMENT_HOST,
  });
});

function many(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${CALLBACK}/${index}`);
}

function nulls(...names: string[]): Record<string, null> {
  return Object.fromEntries(names.map((name) => [name, null]));
}
