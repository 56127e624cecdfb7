/**
 * What the commands write: colours only on a terminal, errors with their code.
 * @module
 */
import { styleText } from 'node:util';
import { ModelError } from '../errors/model-error.ts';

/** Exit statuses of every command. */
export const EXIT = { ok: 0, failure: 1, usage: 2 } as const;

type Style = Parameters<typeof styleText>[0];

/** The text in a style where the stream is a terminal and NO_COLOR is not set. */
export function styled(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  const plain = stream.isTTY !== true || (process.env['NO_COLOR'] ?? '') !== '' || process.env['TERM'] === 'dumb';
  return plain ? text : styleText(style, text, { validateStream: false });
}

/** A note for people on stderr. */
export function notice(text: string): void {
  process.stderr.write(`mlmodel: ${text}\n`);
}

/** An error for people on stderr, with its code. */
export function printError(error: unknown): void {
  const label = styled('red', 'error', process.stderr);
  if (ModelError.isInstance(error)) process.stderr.write(`${label} ${error.code}: ${error.message}\n`);
  else process.stderr.write(`${label} INTERNAL: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\nThis is a defect of mlmodel; please report it.\n`);
}

/** Writes all of a text to stdout before the process may end. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/**
 * Writes a text to a file that the user named.
 * @throws ModelError FILE_UNWRITABLE
 */
export async function writeText(path: string, text: string): Promise<void> {
  const { writeFile } = await import('node:fs/promises');
  await writeFile(path, text).catch((error: NodeJS.ErrnoException) => {
    throw new ModelError('FILE_UNWRITABLE', { path, reason: error.code ?? error.name }, { cause: error });
  });
}

/** Rows of text as aligned columns. */
export function columns(rows: readonly (readonly string[])[], indent: string = '  '): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, text] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, text.length);
  return rows.map((row) => (indent + row.map((text, i) => (i === row.length - 1 ? text : text.padEnd(widths[i] ?? 0))).join('  ')).trimEnd()).join('\n');
}

/** Bytes for people. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1024, unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}
