export { CommandError as CliError } from '../../platform/command.js';

export type Row = Record<string, string | number | boolean | null | string[]>;

/** Prints rows as a table for people, or as JSON for scripts. */
export function printRows(rows: Row[], json: boolean): void {
  const [first] = rows;
  if (json) printJson(rows);
  else if (first === undefined) console.log('None.');
  else printTable(rows, Object.keys(first));
}

function printTable(rows: Row[], columns: string[]): void {
  const lines = [columns.map((name) => name.replaceAll('_', ' ').toUpperCase())];
  for (const row of rows) lines.push(columns.map((name) => cell(name, row[name] ?? null)));
  const widths = columns.map((_name, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  for (const line of lines) {
    console.log(
      line
        .map((text, index) => text.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

/** Prints a result: the sentence for people, or the data as JSON for scripts. */
export function printResult(sentence: string, data: object, json: boolean): void {
  if (json) printJson(data);
  else console.log(sentence);
}

/** Formats seconds since 1970 as UTC, to the minute. */
export function formatTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function printJson(data: object): void {
  console.log(JSON.stringify(data, null, 2));
}

function cell(name: string, value: Row[string]): string {
  if (value === null) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' && /_(at|from|until)$/.test(name)) return formatTime(value);
  // Clients choose their names, and control characters could rewrite what the terminal shows.
  return (Array.isArray(value) ? value.join(' ') : String(value)).replace(/[\p{Cc}\p{Cf}]/gu, '?');
}
