/**
 * CSV text to cells by the rules of pandas' C tokenizer: comma, double quotes, `""` inside quotes, lines ending in LF,
 * CRLF or CR, blank lines skipped.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';

/** A CSV body as text, column by column; short rows are filled with empty cells. */
export interface CsvText {
  /** The header as written. */
  readonly header: readonly string[];
  /** Every column of the rows, the leading ones without a header first. */
  readonly columns: readonly (readonly string[])[];
  readonly rows: number;
}

export const QUOTE = 34, COMMA = 44, LF = 10, CR = 13, SPACE = 32, TAB = 9;
/** Cells that filling short rows may add beyond four times those that are there. */
const FILL_LIMIT = 4_000_000;

/**
 * Splits CSV text into cells.
 * @throws ModelError CSV_INVALID for an empty body, an open quote, rows longer than the first one
 * @example
 * ```ts
 * splitCsv('a,b\n1,"x,y"\n').columns; // [['1'], ['x,y']]
 * ```
 */
export function splitCsv(text: string): CsvText {
  const reader = new LineReader(text);
  const header = reader.next();
  if (!header) return refuseEmpty();
  let columns: string[][] = header.map(() => []), rows = 0, cells = 0;
  for (let line = reader.next(); line !== undefined; line = reader.next()) {
    if (rows === 0 && line.length > columns.length) columns = line.map(() => []);
    if (line.length > columns.length) refuseLong(rows, line.length, columns.length);
    cells += line.length;
    checkFill(rows + 1, columns.length, cells);
    for (let j = 0; j < columns.length; j++) (columns[j] as string[]).push(line[j] ?? '');
    rows++;
  }
  return { header, columns, rows };
}

function fail(reason: string): never {
  throw new ModelError('CSV_INVALID', { reason });
}

/** A body or file without a header. */
export function refuseEmpty(): never {
  return fail('it has no columns');
}

export function refuseOpenQuote(): never {
  return fail('a quoted cell does not end');
}

/** `row` counts from 0 here, from 1 for people. */
export function refuseLong(row: number, given: number, expected: number): never {
  return fail(`row ${row + 1} has ${given} cells, ${expected} were expected`);
}

/** Short rows must not make a small body a large table: `cells` are those that `rows` rows brought. */
export function checkFill(rows: number, width: number, cells: number): void {
  if (rows * width > 4 * cells + FILL_LIMIT) fail('most rows have far fewer cells than the header');
}

class LineReader {
  readonly #text: string;
  #at: number;
  constructor(text: string) {
    this.#text = text;
    this.#at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  }

  /** The cells of the next line that is not blank. */
  next(): string[] | undefined {
    if (!this.#skipBlank()) return undefined;
    const cells: string[] = [];
    for (;;) {
      cells.push(this.#cell());
      const c = this.#text.charCodeAt(this.#at);
      this.#at++;
      if (c === COMMA) continue;
      if (c === CR && this.#text.charCodeAt(this.#at) === LF) this.#at++;
      return cells;
    }
  }

  /** Moves to the start of a line with more than spaces; false at the end. */
  #skipBlank(): boolean {
    const text = this.#text;
    for (;;) {
      let i = this.#at;
      while (text.charCodeAt(i) === SPACE || text.charCodeAt(i) === TAB) i++;
      if (i >= text.length) return false;
      const c = text.charCodeAt(i);
      if (c !== LF && c !== CR) return true;
      this.#at = i + 1;
    }
  }

  /** One cell; afterwards the position is at its delimiter, line end or the end of the text. */
  #cell(): string {
    const text = this.#text;
    let out = '';
    if (text.charCodeAt(this.#at) === QUOTE) {
      for (;;) {
        const from = this.#at + 1, end = text.indexOf('"', from);
        if (end < 0) refuseOpenQuote();
        out += text.slice(from, end);
        this.#at = end + 1;
        if (text.charCodeAt(this.#at) !== QUOTE) break;
        out += '"';
      }
    }
    const from = this.#at;
    let i = from;
    for (; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === COMMA || c === LF || c === CR) break;
    }
    this.#at = i;
    return out + text.slice(from, i);
  }
}
