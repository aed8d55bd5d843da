import { readFileSync, statSync } from 'node:fs';
import { parse } from 'dotenv';

/** What is wrong with `.env`. Names variables and lines, never values, which may be secrets. */
export interface DotenvFaults {
  /** Why nothing of the file can be read. */
  problems: string[];
  /** What dotenv silently skips, cuts or joins. */
  notices: string[];
}

const SAVE_AS_UTF8 = 'save it as UTF-8 (in PowerShell: Set-Content -Encoding utf8)';

/** Looks for everything in a `.env` file that is not read as it is written. A file that does not exist is fine. */
export function inspectDotenv(path: string): DotenvFaults {
  let bytes: Buffer;
  try {
    // A pipe, through which password managers hand over secrets, can be read only once.
    if (statSync(path).isFIFO()) return { problems: [], notices: [] };
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { problems: [], notices: [] };
    const reason = code === 'EISDIR' ? 'it is a directory, expected a file' : `${code}`;
    return { problems: [`.env cannot be read: ${reason}`], notices: [] };
  }
  const isUtf16 = /^(\xff\xfe|\xfe\xff)/.test(bytes.toString('latin1', 0, 2));
  if (isUtf16) return { problems: [`.env cannot be read: it is in UTF-16, ${SAVE_AS_UTF8}`], notices: [] };
  if (bytes.includes(0)) {
    return { problems: [`.env cannot be read: it holds NUL bytes, ${SAVE_AS_UTF8}`], notices: [] };
  }
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  return { problems: [], notices: inspectText(text) };
}

function inspectText(text: string): string[] {
  const values = parse(text);
  // Lines in the middle of a quoted value look like anything.
  const inside = new Set(Object.values(values).flatMap((value) => value.split('\n').slice(1)));
  const lines = new Map<string, number>();
  return text.split(/\r\n?|\n/).flatMap((line, index) => {
    const number = index + 1;
    const [, name, rest = ''] = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=|:\s)(.*)$/.exec(line) ?? [];
    const faults: string[] = line.includes('\uFFFD')
      ? [`.env line ${number}: not UTF-8, ${SAVE_AS_UTF8}`]
      : [];
    if (name === undefined) {
      const isRead = /^\s*(#|$)/.test(line) || inside.has(line.replace(/["'`]\s*(#.*)?$/, ''));
      return isRead ? faults : [...faults, `.env line ${number} is ignored: expected NAME=value`];
    }
    const value = values[name];
    if (value === undefined) {
      // The last line of a key in base64 ends with "=".
      if (/^=?\W*$/.test(rest)) return faults;
      return [
        ...faults,
        `.env line ${number}: ${name} is not read, because it became a part of the value before it`,
      ];
    }
    const earlier = lines.get(name);
    lines.set(name, number);
    if (earlier !== undefined) {
      faults.push(`.env sets ${name} twice, in lines ${earlier} and ${number}: the last one counts`);
    }
    return [...faults, ...inspectValue(`.env line ${number}: ${name}`, rest, value)];
  });
}

/** @param rest what follows the name in its line */
function inspectValue(where: string, rest: string, value: string): string[] {
  const quote = /^\s*(["'`])/.exec(rest)?.[1];
  const isQuoted = quote !== undefined && !value.startsWith(quote);
  if (isQuoted) return [];
  const faults = quote === undefined ? [] : [`${where} begins with a quote that is not closed`];
  // A comment begins after a space.
  if (/^[^#]*(?<!\s)#/.test(rest)) {
    faults.push(`${where} is cut at the #: put the value into quotes, or a space before a comment`);
  }
  return faults;
}
