/** The colours of one scheme, each as `#rrggbb`. `assertBrand` checks that text contrasts with its background. */
export interface Palette {
  /** The page background. */
  ground: string;
  /** The background of cards and forms. */
  surface: string;
  /** Text. */
  ink: string;
  /** Secondary text. */
  muted: string;
  /** Borders. */
  line: string;
  /** Buttons, links and the logo. */
  accent: string;
  /** Text on the accent colour. */
  onAccent: string;
  /** Error text. */
  danger: string;
}

/** How a server presents itself, to people and to programs. */
export interface Brand {
  name: string;
  /** The server's name in programs, such as `claude mcp add`. Lower case letters, digits and dashes. */
  slug: string;
  /** The scheme of resource URIs, and the prefix of file names. Lower case letters, digits and dashes. */
  uriScheme: string;
  /** The headline of the landing page. */
  tagline: string;
  /** What the server offers, in one sentence without a full stop. */
  description: string;
  colors: { light: Palette; dark: Palette };
  /** The `d` of an SVG path on a 24 by 24 grid, drawn as a line. Used in pages, the favicon and client icons. */
  logo: string;
  /** Where people get help. Linked in the footer of pages. */
  supportEmail?: string;
  /** Additional links in the footer of pages, such as the privacy policy. */
  legalLinks?: { label: string; url: string }[];
}
