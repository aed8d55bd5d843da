/** Colours of one scheme, as CSS writes them. `ink` on `surface` and `onAccent` on `accent` must be readable (WCAG AA). */
export interface Palette {
  /** Behind everything. */
  ground: string;
  /** Cards and forms. */
  surface: string;
  /** Text. */
  ink: string;
  /** Text that matters less. */
  muted: string;
  line: string;
  accent: string;
  onAccent: string;
}

/** How a server presents itself, to people and to programs. */
export interface Brand {
  name: string;
  /** The server's name among programs: lower case letters, digits and dashes. */
  slug: string;
  /** Begins the URIs of resources, and the names of files. */
  uriScheme: string;
  /** The headline of the landing page. */
  tagline: string;
  /** What the server is for, in one sentence. */
  description: string;
  colors: { light: Palette; dark: Palette };
  /** The `d` of an SVG path on a 24 by 24 grid, drawn as a line. */
  logo: string;
  /** Where people get help. */
  supportEmail?: string;
  /** Shown at the foot of pages, such as the privacy policy. */
  legalLinks?: { label: string; url: string }[];
}
