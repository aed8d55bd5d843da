import { describe, expect, it } from 'vitest';
import { renderGreetingCard } from '../../../src/tools/greeting-card/render.js';
import { HOSTILE } from './hostile.js';

const slots = (document: string) => ({
  state: / data-state="([^"]*)"/.exec(document)?.[1],
  name: /<bdi id="name">([^<]*)<\/bdi>/.exec(document)?.[1],
  message: /id="message"[^>]* dir="auto">([^<]*)<\/p>/.exec(document)?.[1],
});

/** The style variables the card may use: those that hosts define, those of the brand, and its own. */
const VARIABLE =
  /^--(color|mcp-color|font|border)-|^--(brand-(surface|ink|line|accent)|ground|ink|soft|line|design)$/;

describe('the document of the card', () => {
  it('is a small HTML document that refers to nothing', () => {
    const document = renderGreetingCard({ username: 'Alice', message: 'Hello' });
    expect(document).toMatch(/^<!doctype html>/);
    expect(Buffer.byteLength(document)).toBeLessThan(11 * 1024);
    expect(document).not.toMatch(
      /https?:\/\/|src=|@import|url\(|<form|<link|\beval\b|innerHTML|insertAdjacentHTML|\{\{/,
    );
    expect(document).not.toMatch(/\bfetch\s*\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon/);
    expect(document.match(/<script/g)).toHaveLength(1);
    expect(document.match(/<\/script/g)).toHaveLength(1);
  });

  it('reads only the colours, fonts and borders of the host, those of the brand, and its own', () => {
    const variables = renderGreetingCard().matchAll(/var\(\s*(--[\w-]+)/g);
    expect([...variables].map(([, name = '']) => name).filter((name) => !VARIABLE.test(name))).toEqual([]);
  });

  it.each([
    ['<b>', '&#60;b&#62;'],
    ['&lt;', '&#38;lt;'],
    [`"'`, '&#34;&#39;'],
    [`$& $\` $'`, '$&#38; $` $&#39;'],
    ['{{username}} {{state}}', '{{username}} {{state}}'],
    ['</script><script>', '&#60;/script&#62;&#60;script&#62;'],
  ])('shows %s as it is, wherever it occurs', (text, escaped) => {
    expect(slots(renderGreetingCard({ username: 'Alice', message: text }))).toMatchObject({
      message: escaped,
    });
    expect(slots(renderGreetingCard({ username: text, message: 'Hello' }))).toMatchObject({ name: escaped });
  });

  it('differs from its template in the three slots only', () => {
    const filled = renderGreetingCard({ username: 'Alice', message: HOSTILE });
    const template = renderGreetingCard();
    expect(slots(template)).toEqual({ state: 'loading', name: 'there', message: 'Your card is on its way…' });
    const emptied = (document: string) =>
      document
        .replace(/( data-state=")[^"]*/, '$1')
        .replace(/(id="name">)[^<]*/, '$1')
        .replace(/(dir="auto">)[^<]*/, '$1');
    expect(filled).not.toBe(template);
    expect(emptied(filled)).toBe(emptied(template));
  });
});
