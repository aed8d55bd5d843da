import { describe, expect, it } from 'vitest';
import { html, SafeHtml } from '../../../src/platform/ui/html.js';

const built = (markup: SafeHtml) => markup.toString();

describe('a value in HTML', () => {
  it('is escaped, in text and in attributes of either quote', () => {
    const value = `<img src=x onerror="a" title='b' alt=\`c\`>&amp;`;
    const escaped = '&#60;img src=x onerror=&#34;a&#34; title=&#39;b&#39; alt=&#96;c&#96;&#62;&#38;amp;';
    expect(built(html`<p title="${value}">${value}</p>`)).toBe(`<p title="${escaped}">${escaped}</p>`);
  });

  it('is escaped once, even through several templates', () => {
    const inner = html`<b>${'a & b'}</b>`;
    expect(built(html`<p>${inner}</p>`)).toBe('<p><b>a &#38; b</b></p>');
  });

  it('is escaped in lists, and in lists of lists', () => {
    expect(built(html`${['<', html`<i>${'>'}</i>`, [['&']]]}`)).toBe('&#60;<i>&#62;</i>&#38;');
  });

  it('prints nothing when it is undefined or false, but prints 0', () => {
    expect(built(html`[${undefined}|${false}|${0}|${''}|${[]}]`)).toBe('[||0||]');
  });

  it('is escaped when it only looks like a result of this tag', () => {
    const forged = { toString: () => '<script>' } as unknown as string;
    expect(built(html`${forged}`)).toBe('&#60;script&#62;');
  });
});

it('the literal parts stay as they are written, including both ends', () => {
  expect(built(html``)).toBe('');
  expect(built(html`<br>`)).toBe('<br>');
  expect(built(html`${'a'}-${'b'}`)).toBe('a-b');
  expect(html`<br>`).toBeInstanceOf(SafeHtml);
});
