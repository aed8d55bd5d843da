import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.js';
import { ping } from '../../support/app/clients.js';
import { onlyOnFile } from '../../support/app/database.js';
import { oneUser, PASSWORD } from '../../support/app/one-user.js';
import { SERVICE_TOKEN } from '../../support/app/port.js';
import { authorizeUrl, Browser, pkce, type Registration, register } from '../../support/oauth/oauth.js';

const REASON = 'Each server checks passwords for itself.';

/** Ends the check that is under way. */
const held: (() => void)[] = [];
let begun = 0;
const { verifyPassword, ...rest } = oneUser();
const accounts = {
  ...rest,
  checksAtOnce: 1,
  async verifyPassword(username: string, password: string) {
    begun += 1;
    await new Promise<void>((resolve) => held.push(resolve));
    return verifyPassword(username, password);
  },
};

let app: TestApp;
let client: Registration;
beforeAll(async () => {
  app = await startApp({}, { RATE_LIMIT_SCALE: '100' }, { accounts });
  client = await register(app.url);
});
afterAll(() => app.stop());

const until = async (isTrue: () => boolean) => {
  while (!isTrue()) await new Promise(setImmediate);
};
const count = (message: string) => app.logs.filter(({ msg }) => msg === message).length;

/** Opens the page in a browser of its own, and fills it in. */
async function openPage(): Promise<{ browser: Browser; fields: Record<string, string> }> {
  const browser = new Browser(app.url);
  const url = authorizeUrl(app.url, client.client_id, pkce().challenge);
  return { browser, fields: await browser.open(url, 'ada', PASSWORD) };
}

/** Sends the form of a page, and closes the connection as soon as it is sent. */
async function submitAndLeave(): Promise<void> {
  const { browser, fields } = await openPage();
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: app.url, Cookie: cookie };
  const form = request(`${app.url}/login`, { method: 'POST', headers });
  form.end(new URLSearchParams(fields).toString());
  await once(form, 'finish');
  form.on('error', () => {}).destroy();
}

async function submit(): Promise<number> {
  const { browser, fields } = await openPage();
  return (await browser.submit(fields)).status;
}

it('while many people sign in, one password is checked at a time, and calls are answered', async () => {
  onlyOnFile(REASON);
  const answers = Promise.all(Array.from({ length: 7 }, submit));
  for (let finished = 0; finished < 7; finished += 1) {
    await until(() => held.length === 1);
    expect((await ping(app.mcpUrl, `Bearer ${SERVICE_TOKEN}`)).status).toBe(200);
    expect(begun).toBe(finished + 1);
    held.pop()?.();
  }
  expect(await answers).toEqual(Array<number>(7).fill(303));
});

it('the password of someone who left before their turn is not checked, and the attempt does not count', async () => {
  onlyOnFile(REASON);
  const before = begun;
  const first = submit();
  await until(() => held.length === 1);
  // One more than may fail from one address.
  for (let left = 0; left < 9; left += 1) await submitAndLeave();
  await until(() => count('sign-in given up before its turn') === 9);
  held.pop()?.();
  expect(await first).toBe(303);
  const next = submit();
  await until(() => held.length === 1);
  held.pop()?.();
  expect(await next).toBe(303);
  expect(begun - before).toBe(2);
  expect(count('signed in')).toBe(9);
});
