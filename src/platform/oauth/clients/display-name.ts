const MAX_NAME_LENGTH = 60;

/** What shows as a gap: white space, control characters, and the blank glyphs of Braille and of musical notation. */
const GAP = /[\p{White_Space}\p{Cc}\u2800\u{1D159}]+/gu;
/**
 * What has no glyph: format characters, among them those that change the direction of text, whatever is ignorable by
 * default, such as fillers and tags, and half surrogates. Words in Arabic script keep their joiners, emoji their shape.
 */
const INVISIBLE =
  /(?!\u200C(?=\p{Script=Arabic})|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}]\uFE0F?)\u200D(?=\p{Extended_Pictographic})|(?<=\p{Extended_Pictographic})\uFE0F)[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Cs}]/gu;
/** Combining marks at the start would sit on the text before the name. */
const LEADING_MARKS = /^[\p{M}\s]+/u;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * Makes the name of a client safe to show. Strangers choose it, so it must not disturb the text around it, or hide
 * anything.
 *
 * @param fallback shown in place of a name that is blank to the eye
 */
export function displayName(name: string, fallback = 'An application'): string {
  const shown = name.replace(INVISIBLE, '').replace(GAP, ' ').replace(LEADING_MARKS, '').trim();
  if (!VISIBLE.test(shown)) return fallback;
  const characters = Array.from(shown);
  if (characters.length <= MAX_NAME_LENGTH) return shown;
  return `${characters.slice(0, MAX_NAME_LENGTH - 1).join('')}…`;
}
