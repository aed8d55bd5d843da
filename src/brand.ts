import type { Brand } from './platform/ui/brand.js';

/** Change every field. This is the only place that defines your name and your colours. */
export const brand: Brand = {
  name: 'Acme Shop',
  slug: 'acme-shop',
  uriScheme: 'acme',
  tagline: 'The shop, within reach of your assistant.',
  description: 'Orders, products and catalogues of the Acme furniture shop',
  colors: {
    light: {
      ground: '#faf8f4',
      surface: '#ffffff',
      ink: '#211d18',
      muted: '#645c51',
      line: '#e2dbd0',
      accent: '#1f5f4a',
      onAccent: '#ffffff',
      danger: '#a3261b',
    },
    dark: {
      ground: '#161412',
      surface: '#1f1c19',
      ink: '#f0ebe3',
      muted: '#b0a698',
      line: '#37322c',
      accent: '#8fd0b5',
      onAccent: '#10231c',
      danger: '#ff9d8f',
    },
  },
  logo: 'M4 9h16l-1 12H5zM8 9V7a4 4 0 0 1 8 0v2',
  supportEmail: 'help@acme.example',
  legalLinks: [],
};

/** Makes a URI of this server's resources, as in `uri('pricing')`. */
export function uri<const Path extends string>(path: Path) {
  return `${brand.uriScheme}://${path}` as const;
}
