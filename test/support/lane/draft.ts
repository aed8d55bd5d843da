/** A request to `/mcp` in the making. */
export interface Draft {
  method: string;
  target: string;
  version: string;
  headers: [string, string][];
  message: unknown;
  rewrite: (text: string) => string | Buffer;
  framing: 'length' | 'chunked' | 'none';
}

/** Something that is unusual or wrong with a request. */
export interface Change {
  name: string;
  apply: (draft: Draft) => void;
}

/** Sets a header, in the place of any of that name. */
export const set = (name: string, value: string): Change => ({
  name: `${name}: ${value}`,
  apply(draft) {
    draft.headers = draft.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase());
    draft.headers.push([name, value]);
  },
});
/** Adds a header. */
export const add = (name: string, value: string): Change => ({
  name: `and ${name}: ${value}`,
  apply: (draft) => void draft.headers.push([name, value]),
});
/** Leaves a header out. */
export const without = (name: string): Change => ({
  name: `no ${name}`,
  apply(draft) {
    draft.headers = draft.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase());
  },
});
/** Changes anything else. */
export const having = (name: string, changes: Partial<Draft>): Change => ({
  name,
  apply: (draft) => void Object.assign(draft, changes),
});
