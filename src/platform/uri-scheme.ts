/** The syntax of a scheme (RFC 3986 section 3.1), in lower case. */
const SYNTAX = /^[a-z][a-z0-9+.-]*$/;

/** Schemes that a browser or an operating system acts on itself, so that an address with one never leads to an application. */
const BUILT_IN = new Set(
  (
    'about afp android-app app-settings applescript blob callto chrome cid cifs content data dav davs devtools dict edge ' +
    'facetime feed file filesystem finger ftp ftps geo gopher help help-viewer http https imap intent irc itms its jar ' +
    'javascript jnlp ldap ldaps livescript magnet mailto market mhtml mid mk mms mocha news nfs nntp opera pop prefs rdp ' +
    'res resource rlogin rtsp search search-ms sftp shell shortcuts sip sips sms smsto smb ssh tel telnet telprompt urn ' +
    'vbscript view-source vnc webcal webcals ws wss x-help-script x-man-page'
  ).split(' '),
);
/** Windows, Apple and browsers run programs, settings and extensions through schemes with these beginnings. */
const BUILT_IN_FAMILY = /^((ms|microsoft|x-apple|itms|facetime|chrome|moz|edge)-|x-apple\.)/;

/**
 * Checks whether a scheme can belong to an application. Those of browsers and systems cannot, whatever an operator sets.
 *
 * @param scheme in lower case, without its colon
 */
export function isApplicationScheme(scheme: string): boolean {
  return SYNTAX.test(scheme) && !BUILT_IN.has(scheme) && !BUILT_IN_FAMILY.test(scheme);
}
