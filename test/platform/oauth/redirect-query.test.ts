import { describe, expect, it } from 'vitest';
import { register } from '../../support/oauth/oauth.js';
import { useSignInPage } from '../../support/oauth/sign-in-page.js';

const visit = useSignInPage();

const ADDRESSES = [
  'http://127.0.0.1:7777/callback?flag',
  'http://127.0.0.1:7777/callback?',
  'http://localhost:7777/callback?to=a%20b&tilde=%7E&lower=%c3%bc&',
  'https://app.example/callback?a=1&a=2',
  'https://APP.example:443/callback?next=/x?y=z',
  'com.example.app:/callback?x',
];

describe.each(ADDRESSES)('a client at %s gets its own address back', (redirect_uri) => {
  const separator = /[?&]$/.test(redirect_uri) ? '' : '&';
  const open = async (changes: Record<string, string> = {}) => {
    const client = await register(visit.server.url, { redirect_uris: [redirect_uri] });
    return visit.start({ redirect_uri, ...changes }, client);
  };

  it('with a code', async () => {
    const response = await visit.browser.submit(await visit.browser.open(await open()));
    expect(response.status).toBe(303);
    const location = response.headers.get('location') ?? '';
    expect(location.startsWith(`${redirect_uri}${separator}code=`)).toBe(true);
    expect(location.endsWith(`&state=a%20state%26%3D&iss=${encodeURIComponent(visit.server.url)}`)).toBe(
      true,
    );
  });

  it('when the user cancels', async () => {
    const { request = '' } = await visit.browser.open(await open());
    const response = await visit.browser.submit({ request, decision: 'deny' });
    const location = response.headers.get('location') ?? '';
    expect(location.startsWith(`${redirect_uri}${separator}error=access_denied&`)).toBe(true);
  });

  it('when its request is refused', async () => {
    const response = await visit.browser.get(await open({ response_type: 'token' }));
    const link = /href="([^"]*unsupported_response_type[^"]*)"/.exec(await response.text())?.[1];
    const back = response.headers.get('location') ?? link?.replaceAll('&#38;', '&') ?? '';
    expect(back.startsWith(`${redirect_uri}${separator}error=unsupported_response_type&`)).toBe(true);
  });
});

it('the port of this request is kept beside the query', async () => {
  const client = await register(visit.server.url, { redirect_uris: ['http://127.0.0.1/callback?flag'] });
  const redirect_uri = 'http://127.0.0.1:50123/callback?flag';
  const response = await visit.browser.submit(
    await visit.browser.open(visit.start({ redirect_uri }, client)),
  );
  expect(response.headers.get('location')).toMatch(/^http:\/\/127\.0\.0\.1:50123\/callback\?flag&code=/);
});
