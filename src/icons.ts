import type { Icon } from '@modelcontextprotocol/server';

/** A line drawing on a 24 by 24 grid as an icon that needs no request. `path` is the `d` of an SVG path. */
function lineIcon(path: string): Icon[] {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#1f5f4a" stroke-width="2"><path d="${path}"/></svg>`;
  return [
    { src: `data:image/svg+xml,${encodeURIComponent(svg)}`, mimeType: 'image/svg+xml', sizes: ['any'] },
  ];
}

/** What clients show beside a name. */
export const icons = {
  shop: lineIcon('M4 9h16l-1 12H5zM8 9V7a4 4 0 0 1 8 0v2'),
  product: lineIcon('M3 8l9-5 9 5v8l-9 5-9-5zM3 8l9 5 9-5M12 13v8'),
  order: lineIcon('M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6'),
  dice: lineIcon('M4 4h16v16H4zM9 9h.01M15 9h.01M9 15h.01M15 15h.01'),
  person: lineIcon('M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21a8 8 0 0 1 16 0'),
  sound: lineIcon('M4 9v6h4l5 4V5L8 9zM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11'),
  text: lineIcon('M5 4h14v16H5zM8 9h8M8 13h8M8 17h4'),
};
