/**
 * A place in the bytes of a CSV file of which a part is in memory; the rules are those of csv-lines.ts.
 * @module
 */
import { COMMA, CR, LF, QUOTE, refuseOpenQuote, SPACE, TAB } from './csv-lines.ts';
import { Cursor } from './fast-cursor.ts';
import { utf8Text } from './text.ts';

/** What follows a cell: another one, the next line, or bytes that are not in memory yet. */
export const NEXT_CELL = 0, LINE_END = 1, INCOMPLETE = 2;

/**
 * `bytes` holds the file's from `at` up to `end`, where a line feed stands that is not the file's: so every unquoted cell
 * ends in memory, and one that ends at `end` is complete only where the file ends too.
 */
export class CsvCursor extends Cursor {
  end = 0;
  /** The file ends at `end`. */
  last = false;

  /** Moves to the start of a line with more than spaces; false where the bytes end first. */
  nextLine(): boolean {
    const { bytes, end } = this;
    for (;;) {
      let i = this.at;
      while (bytes[i] === SPACE || bytes[i] === TAB) i++;
      if (i >= end) return false;
      const c = bytes[i];
      if (c !== LF && c !== CR) return true;
      this.at = i + 1;
    }
  }

  /** Moves behind the delimiter or line end that stands here. */
  next(): typeof NEXT_CELL | typeof LINE_END | typeof INCOMPLETE {
    const { at, bytes, end } = this;
    if (at >= end) return this.last ? LINE_END : INCOMPLETE;
    const c = bytes[at];
    this.at = at + 1;
    if (c === COMMA) return NEXT_CELL;
    if (c === CR && bytes[at + 1] === LF && at + 1 < end) this.at = at + 2;
    return LINE_END;
  }

  /**
   * The text of the cell here; then the position is at its delimiter. Undefined where the bytes end first.
   * @throws ModelError CSV_INVALID, TEXT_INVALID
   */
  text(): string | undefined {
    const start = this.at, from = this.#quoted();
    if (from < 0 || !this.#toDelimiter()) return undefined;
    const { at, bytes } = this;
    if (from === start) return at - start <= 24 && isAscii(bytes, start, at) ? asciiText(bytes, start, at) : utf8Text(bytes.subarray(start, at));
    // Between the outer quotes two stand for one; what follows them is text as it is.
    return utf8Text(bytes.subarray(start + 1, from - 1)).replaceAll('""', '"') + utf8Text(bytes.subarray(from, at));
  }

  /**
   * Moves to the delimiter of the cell here; false where the bytes end first.
   * @throws ModelError CSV_INVALID, TEXT_INVALID
   */
  skip(): boolean {
    const start = this.at;
    if (this.#quoted() < 0 || !this.#toDelimiter()) return false;
    const { at, bytes } = this;
    if (!isAscii(bytes, start, at)) utf8Text(bytes.subarray(start, at));
    return true;
  }

  /** Moves behind the quoted part of a cell: where the rest begins, or −1. */
  #quoted(): number {
    const { bytes, end, last } = this;
    let at = this.at;
    if (bytes[at] === QUOTE && at < end) {
      do {
        at = bytes.indexOf(QUOTE, at + 1);
        if (at < 0 || at >= end) return last ? refuseOpenQuote() : -1;
        at++;
      } while (bytes[at] === QUOTE && at < end);
    }
    this.at = at;
    return at;
  }

  #toDelimiter(): boolean {
    const { bytes } = this;
    let at = this.at, c = bytes[at];
    while (c !== COMMA && c !== LF && c !== CR) c = bytes[++at];
    this.at = at;
    return at < this.end || this.last;
  }
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] as number) > 127) return false;
  return true;
}

/** Text of ASCII only: where it is short a decoder takes longer. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}
