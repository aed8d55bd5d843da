/** The Turkish dotless i. Its capital letter is also that of the ordinary i, which is another letter. */
const DOTLESS_I = 'ı';

/**
 * Returns a user name in the form in which names are compared: without compatibility variants, case, invisible
 * characters and outer spaces, close to NFKC_Casefold (Unicode section 3.13). Whatever counts or looks up users by a typed
 * name uses this form, so that another spelling of a name is neither another user nor another chance to guess.
 */
export function comparableName(username: string): string {
  const visible = username.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  // JavaScript has no case folding. Lower, upper and lower again unites what either alone keeps apart, such as ß and ss.
  const folded = visible
    .toLowerCase()
    .split(DOTLESS_I)
    .map((part) => part.toUpperCase().toLowerCase())
    .join(DOTLESS_I);
  return folded.normalize('NFKC').trim();
}
