import { brand } from './brand.js';
import { lineIcon } from './platform/ui/line-icon.js';

const icon = (path: string) => lineIcon(path, brand.colors.light.accent);

/** Icons that clients show beside a name. */
export const icons = {
  dice: icon('M4 4h16v16H4zM9 9h.01M15 9h.01M9 15h.01M15 15h.01'),
  text: icon('M5 4h14v16H5zM8 9h8M8 13h8M8 17h4'),
};
