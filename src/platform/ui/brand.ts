/** The colours of one scheme, each as `#rrggbb`. Text must be readable on what is behind it: `assertBrand` has the pairs. */
export interface Palette {
  /** Behind everything. */
  ground: string;
  /** Cards and forms. */
  surface: string;
  /** Text. */
  ink: string;
  /** Text that matters less. */
  muted: string;
  /** Borders. */
  line: string;
  /** Buttons, links and the logo. */
  accent: string;
  /** Text on the accent. */
  onAccent: string;
  /** Text that says what went wrong. */
  danger: string;
}

/** How a server presents itself, to people and to programs. */
export interface Brand {
  name: string;
  /** The server's name among programs, such as `claude mcp add`: lower case letters, digits and dashes. */
  slug: string;
  /** Begins the URIs of resources, and the names of files: lower case letters, digits and dashes. */
  uriScheme: string;
  /** The headline of the landing page. */
  tagline: string;
  /** What the server offers, in one sentence without a full stop. */
  description: string;
  colors: { light: Palette; dark: Palette };
  /** The `d` of an SVG path on a 24 by 24 grid, drawn as a line: the logo of pages, the favicon and the icon in clients. */
  logo: string;
  /** Where people get help; named at the foot of pages. */
  supportEmail?: string;
  /** Further links at the foot of pages, such as the privacy policy. */
  legalLinks?: { label: string; url: string }[];
}
