/** A bearer token (`b64token`, RFC 6750 section 2.1). */
const TOKEN = /^[\w.~+/-]+=*$/;
const CHARACTER = /[\w.~+/-]/;

/** Checks whether a text has the form of a bearer token. No request can carry any other. */
export function isBearerToken(text: string): boolean {
  return TOKEN.test(text);
}

/** A character that keeps a text from being a bearer token. */
export interface Unsendable {
  character: string;
  /** Counted in characters, from 1. */
  position: number;
}

/** Finds the first character that keeps a text from being a bearer token: `=` is one unless it is at the end. */
export function findUnsendable(text: string): Unsendable | undefined {
  const characters = [...text.replace(/(?<=[^=])=+$/, '')];
  const index = characters.findIndex((character) => !CHARACTER.test(character));
  const character = characters[index];
  return character === undefined ? undefined : { character, position: index + 1 };
}
