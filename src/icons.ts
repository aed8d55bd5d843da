import { brand } from './brand.js';
import { lineIcon } from './platform/ui/line-icon.js';

const icon = (path: string) => lineIcon(path, brand.colors.light.accent);

/** The icons that clients show beside a name. */
export const icons = {
  shop: icon(brand.logo),
  product: icon('M3 8l9-5 9 5v8l-9 5-9-5zM3 8l9 5 9-5M12 13v8'),
  order: icon('M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6'),
  dice: icon('M4 4h16v16H4zM9 9h.01M15 9h.01M9 15h.01M15 15h.01'),
  person: icon('M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21a8 8 0 0 1 16 0'),
  sound: icon('M4 9v6h4l5 4V5L8 9zM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11'),
  text: icon('M5 4h14v16H5zM8 9h8M8 13h8M8 17h4'),
};
