import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.js';
import { tokenWorks } from '../../support/app/clients.js';
import { problemsOf } from '../../support/app/settings.js';

const token = 'k3J9xQ7vT2mZ8rW5yB1nC6dF4gH0sL7p';

describe('a static token that no request can carry stops the start', () => {
  it.each<[string, string, string]>([
    [
      'quotes, which docker --env-file keeps',
      `"${token}"`,
      'character 1 is " (U+0022): write the value without quotes',
    ],
    ['single quotes', `'${token}'`, "character 1 is ' (U+0027): write the value without quotes"],
    ['one quote at its end', `${token}"`, 'character 33 is " (U+0022)'],
    [
      'the quotes of a word processor',
      `\u201c${token}\u201d`,
      'character 1 is \u201c (U+201C): write the value without',
    ],
    ['a backquote', `\`${token}\``, 'character 1 is ` (U+0060)'],
    [
      'a variable that nothing replaced',
      `\${MCP_TOKEN_OF_THE_PRODUCTION_SERVER}`,
      'character 1 is $ (U+0024): a variable',
    ],
    [
      'a variable of Windows',
      `%MCP_TOKEN_OF_THE_PRODUCTION_SERVER%`,
      'character 1 is % (U+0025): a variable',
    ],
    ['a template', `{{ token_of_the_production_server }}`, 'character 1 is { (U+007B): a variable'],
    ['an umlaut', `schlüssel-${token}`, 'character 5 is ü (U+00FC): make one with'],
    ['an umlaut of two characters', `schlu\u0308ssel-${token}`, 'character 6 is U+0308: make one with'],
    ['a space', `my ${token}`, 'character 3 is U+0020: spaces and invisible'],
    ['a no-break space', `my\u00a0${token}`, 'character 3 is U+00A0: spaces and invisible'],
    ['a zero-width space', `${token}\u200b`, 'character 33 is U+200B: spaces and invisible'],
    ['a mark of direction', `\u202a${token}`, 'character 1 is U+202A: spaces and invisible'],
    ['a soft hyphen', `my\u00ad${token}`, 'character 3 is U+00AD: spaces and invisible'],
    ['a control character', `${token}\u0007x`, 'character 33 is U+0007: spaces and invisible'],
    ['a line break', `${token}\n${token}`, 'character 33 is U+000A: spaces and invisible'],
    ['an emoji', `😀${token}`, 'character 1 is 😀 (U+1F600): make one with'],
    ['the scheme before it', `Bearer ${token}`, 'character 7 is U+0020'],
    ['= in its middle', `key=${token}`, 'character 4 is = (U+003D): make one with'],
    ['a fullwidth letter', `Ａ${token}`, 'character 1 is Ａ (U+FF21)'],
    ['a colon', `user:${token}`, 'character 5 is : (U+003A)'],
  ])('with %s', (_what, value, problem) => {
    const problems = problemsOf({ MCP_AUTH_TOKEN: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^MCP_AUTH_TOKEN is not valid: expected /);
    expect(problems[0]).toContain(problem);
    expect(problems[0]).not.toContain(token);
    expect(problems[0]).not.toContain('PRODUCTION');
  });

  it('says which of two tokens it is, and lists everything else at once', () => {
    const problems = problemsOf({ MCP_AUTH_TOKEN: `${token},'short'`, PORT: 'x', LOG_LEVEL: 'x' });
    expect(problems).toEqual([
      expect.stringMatching(/^PORT/),
      expect.stringMatching(/^LOG_LEVEL/),
      expect.stringContaining("character 1 of token 2 is ' (U+0027)"),
      expect.stringContaining('at least 32 characters'),
    ]);
  });

  it('a comma inside quotes splits it, and both halves are named', () => {
    const problems = problemsOf({ MCP_AUTH_TOKEN: `"${token},${token}2"` });
    expect(problems).toEqual([
      expect.stringContaining('character 1 of token 1 is "'),
      expect.stringContaining('character 34 of token 2 is "'),
    ]);
  });
});

describe('a static token that starts', () => {
  const tokens = [`${token}-._~+/`, `${token}==`];
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({}, { MCP_AUTH_TOKEN: ` ${tokens.join(' , ')}, ` });
  });
  afterAll(() => app.stop());

  it.each(tokens)('works in a request: %s', async (each) => {
    expect(await tokenWorks(app.mcpUrl, each)).toBe(true);
  });
});
