import type { Value } from '../bench.js';
import { median } from '../statistics.js';

/** Writes a figure with as many digits as its size deserves. */
function digits(figure: number): string {
  if (!Number.isFinite(figure)) return 'unknown';
  const size = Math.abs(figure);
  return figure.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** Writes the median of a figure with its unit, such as `1.20 ms`. */
function withUnit(figure: number, unit: Value['unit']): string {
  return unit === '' || unit === '/s' ? `${digits(figure)}${unit}` : `${digits(figure)} ${unit}`;
}

/** Writes the least and the greatest of several figures; empty when there is only one. */
export function spread(values: number[]): string {
  return values.length < 2 ? '' : `${digits(Math.min(...values))} to ${digits(Math.max(...values))}`;
}

/** Writes a median, or says that there is nothing to make one of. */
export function medianOf(values: number[], unit: Value['unit'] = ''): string {
  return values.length === 0 ? 'unknown' : withUnit(median(values), unit);
}

/** Writes a Markdown table that can also be read as it is. */
export function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
