import type { Icon } from '@modelcontextprotocol/server';

/**
 * Returns a line drawing as an icon in a data URL, so that showing it needs no request.
 *
 * @param path the `d` of an SVG path on a 24 by 24 grid
 * @param color a CSS colour
 */
export function lineIcon(path: string, color: string): Icon[] {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="${color}" stroke-width="2"><path d="${path}"/></svg>`;
  return [
    { src: `data:image/svg+xml,${encodeURIComponent(svg)}`, mimeType: 'image/svg+xml', sizes: ['any'] },
  ];
}
