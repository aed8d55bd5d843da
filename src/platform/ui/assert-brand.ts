import type { Brand, Palette } from './brand.js';

/** The contrast that normal-size text needs (WCAG 2.2, success criterion 1.4.3). */
const MIN_CONTRAST = 4.5;

/** Text colours and the backgrounds they appear on in pages, cards and documents. */
const TEXT_PAIRS: [text: keyof Palette, behind: keyof Palette][] = [
  ['ink', 'ground'],
  ['ink', 'surface'],
  ['muted', 'ground'],
  ['muted', 'surface'],
  ['accent', 'ground'],
  ['accent', 'surface'],
  ['danger', 'surface'],
  ['onAccent', 'accent'],
];

/**
 * The form of a slug.
 *
 * @public the script that makes a fork checks names with it
 */
export const SLUG = /^[a-z\d]+(-[a-z\d]+)*$/;

/**
 * The form of a URI scheme, stricter than RFC 3986 section 3.1 has it.
 *
 * @public the script that makes a fork checks names with it
 */
export const URI_SCHEME = /^[a-z][a-z\d-]*$/;

const HEX_COLOR = /^#[\da-f]{6}$/i;

/**
 * Checks the values that pages, icons and URIs are built from.
 *
 * @throws {Error} naming every problem, one line each
 */
export function assertBrand(brand: Brand): void {
  const { name, slug, uriScheme, logo, supportEmail, legalLinks = [], colors } = brand;
  const problems: string[] = [];
  const check = (isRight: boolean, problem: string) => isRight || problems.push(problem);
  check(name.trim() !== '', 'name is empty');
  check(
    SLUG.test(slug),
    `slug "${slug}": expected lower case letters, digits and dashes, such as blue-dental`,
  );
  check(
    URI_SCHEME.test(uriScheme) && !['http', 'https', 'ui', 'file', 'data'].includes(uriScheme),
    `uriScheme "${uriScheme}": expected a scheme of your own of lower case letters, digits and dashes, such as dental`,
  );
  check(
    /^[MmLlHhVvCcSsQqTtAaZz\d\s,.+-]+$/.test(logo),
    'logo: expected the "d" of an SVG path, such as M4 12h16M12 4v16',
  );
  check(
    supportEmail === undefined || /^[^\s@]+@[^\s@]+$/.test(supportEmail),
    `supportEmail "${supportEmail}": expected an address such as help@example.com`,
  );
  for (const { label, url } of legalLinks)
    check(/^https?:\/\//.test(url) && URL.canParse(url), `legalLinks "${label}": expected an https address`);
  for (const [scheme, palette] of Object.entries(colors)) problems.push(...paletteProblems(scheme, palette));
  if (problems.length > 0) throw new Error(['the brand is not right', ...problems].join('\n  - '));
}

function paletteProblems(scheme: string, palette: Palette): string[] {
  const malformed = Object.entries(palette)
    .filter(([, color]) => !HEX_COLOR.test(color))
    .map(([name, color]) => `colors.${scheme}.${name} "${color}": expected a colour such as #1f5f4a`);
  const unreadable = TEXT_PAIRS.flatMap(([text, behind]) => {
    const colors = [palette[text], palette[behind]] as const;
    if (!colors.every((color) => HEX_COLOR.test(color))) return [];
    const found = contrast(...colors);
    if (found >= MIN_CONTRAST) return [];
    const shown = Math.floor(found * 100) / 100;
    return [
      `colors.${scheme}: ${text} on ${behind} has a contrast of ${shown}, text needs ${MIN_CONTRAST} (WCAG AA)`,
    ];
  });
  return [...malformed, ...unreadable];
}

/** Returns the contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
