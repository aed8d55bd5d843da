/** The syntax of a scheme (RFC 3986 section 3.1), in lower case. */
const SYNTAX = /^[a-z][a-z0-9+.-]*$/;

/** Schemes that a browser or an operating system acts on itself, so that an address with one never leads to an application. */
const BUILT_IN = new Set(
  (
    'about android-app app-settings blob callto chrome chrome-extension cid content data edge facetime feed file ' +
    'filesystem ftp ftps geo gopher help-viewer http https imap intent irc itms itms-apps itms-services jar javascript ' +
    'ldap ldaps livescript magnet mailto market mhtml mid mk mms moz-extension news nfs nntp opera pop prefs res resource ' +
    'rtsp search search-ms sftp shell sip sips sms smb ssh tel telnet urn vbscript view-source vnc webcal ws wss'
  ).split(' '),
);
/** Windows and Apple run programs and settings through schemes with these beginnings. */
const BUILT_IN_FAMILY = /^(ms|microsoft|x-apple)-/;

/**
 * Checks whether a scheme can belong to an application. Those of browsers and systems cannot, whatever an operator sets.
 *
 * @param scheme in lower case, without its colon
 */
export function isApplicationScheme(scheme: string): boolean {
  return SYNTAX.test(scheme) && !BUILT_IN.has(scheme) && !BUILT_IN_FAMILY.test(scheme);
}
