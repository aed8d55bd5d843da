import { spawn } from 'node:child_process';

/** Opens the address in the user's browser if possible. Otherwise the user has the printed link. */
export function openBrowser(target: URL): void {
  const [command, ...args] = { darwin: ['open'], win32: ['rundll32', 'url.dll,FileProtocolHandler'] }[
    process.platform as string
  ] ?? ['xdg-open'];
  spawn(command ?? '', [...args, target.href], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

/**
 * Submits the sign-in page without a browser.
 *
 * @throws with the page's error message when the sign-in fails
 */
export async function signInHeadless(target: URL, username: string, password: string): Promise<void> {
  const begun = await fetch(target, { redirect: 'manual' });
  const cookie = begun.headers
    .getSetCookie()
    .map((text) => text.split(';')[0])
    .join('; ');
  const page = await fetch(new URL(begun.headers.get('location') ?? '', target), { headers: { cookie } });
  const form = new URLSearchParams({ username, password, decision: 'allow' });
  for (const [tag] of (await page.text()).matchAll(/<input type="(?:hidden|checkbox)"[^>]*>/g)) {
    const [name = '', value = ''] = ['name', 'value'].map(
      (attribute) => new RegExp(` ${attribute}="([^"]*)"`).exec(tag)?.[1],
    );
    form.append(name, value);
  }
  const answer = await fetch(new URL('/login', target), {
    method: 'POST',
    body: form,
    headers: { cookie },
    redirect: 'manual',
  });
  const callback = answer.headers.get('location');
  if (callback === null) {
    const problem = /role="alert"[^>]*>([^<]*)/.exec(await answer.text())?.[1];
    throw new Error(`Sign-in failed: ${problem ?? answer.status}`);
  }
  await fetch(callback);
}
