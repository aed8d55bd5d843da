import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OAuthError } from '../../../../src/platform/oauth/common/errors.js';
import { parseParameters, readForm, readSignInForm } from '../../../../src/platform/oauth/common/params.js';

describe('the parameters of a request', () => {
  it('are decoded, and empty ones count as left out', () => {
    const { values, faulty } = parseParameters('a=1%202&b=x+y&empty=&bare&c=%E2%82%AC');
    expect(values).toEqual({ a: '1 2', b: 'x y', c: '€' });
    expect([...faulty]).toEqual([]);
  });

  it.each([
    ['twice', 'a=1&a=2'],
    ['twice with the same value', 'a=1&a=1'],
    ['first without a value', 'a=&a=1'],
    ['then without a value', 'a=1&a='],
    ['under an escaped name', 'a=1&%61=1'],
    ['with a null byte', 'a=x%00y'],
  ])('are faulty when one comes %s', (_how, encoded) => {
    expect([...parseParameters(encoded).faulty]).toEqual(['a']);
  });

  it('keep apart names that differ in case', () => {
    expect(parseParameters('a=1&A=2')).toEqual({ values: { a: '1', A: '2' }, faulty: new Set() });
  });

  it('have no names from the prototype of objects', () => {
    const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'];
    const { values } = parseParameters(names.map((name) => `${name}=1`).join('&'));
    expect(Object.entries(values)).toEqual(names.map((name) => [name, '1']));
    expect(parseParameters('').values['constructor']).toBeUndefined();
  });
});

/** Sends a body to a server that reads it with this function and answers with the result or the refusal. */
async function sendTo(read: typeof readForm | typeof readSignInForm, body: string, type?: string) {
  const app = express().post('/', async (req, res) => {
    const result = await read(req, res).catch((error: unknown) => error);
    if (result instanceof OAuthError) res.json({ refused: result.code });
    else if (result instanceof Error) res.json({ failed: (result as { type?: string }).type });
    else res.json({ read: result });
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const headers = type === undefined ? {} : { 'Content-Type': type };
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers,
    body: new TextEncoder().encode(body),
  });
  return response.json();
}

const FORM = 'application/x-www-form-urlencoded';

describe('the form of a request', () => {
  it.each([FORM, `${FORM}; charset=utf-8`, FORM.toUpperCase()])('is read as %s', async (type) => {
    expect(await sendTo(readForm, 'a=1&b=2', type)).toEqual({ read: { a: '1', b: '2' } });
  });

  it.each([
    ['JSON', '{"a":"1"}', 'application/json'],
    ['text', 'a=1', 'text/plain'],
    ['a form of parts', 'a=1', 'multipart/form-data; boundary=x'],
    ['a body without a type', 'a=1', undefined],
    ['a repeated parameter', 'a=1&a=2', FORM],
  ])('is refused as %s', async (_what, body, type) => {
    expect(await sendTo(readForm, body, type)).toEqual({ refused: 'invalid_request' });
  });

  it('is refused when it is larger than 32 kB', async () => {
    expect(await sendTo(readForm, `a=${'x'.repeat(33_000)}`, FORM)).toEqual({ failed: 'entity.too.large' });
  });
});

describe('the form of the sign-in page', () => {
  it('accepts several ticked scopes', async () => {
    const answer = await sendTo(readSignInForm, 'username=ann&scope=a&scope=b', FORM);
    expect(answer).toMatchObject({ read: { values: { username: 'ann' }, scopes: ['a', 'b'] } });
  });

  it('is empty for another content type', async () => {
    const answer = await sendTo(readSignInForm, '{"username":"ann"}', 'application/json');
    expect(answer).toEqual({ read: { values: {}, scopes: [] } });
  });
});
