/**
 * The part of an input that is in memory, before a cursor.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { CsvCursor } from '../wire/csv-cursor.ts';
import { type CsvScan, PAD } from '../wire/csv-kernel.ts';
import type { BatchInput } from './input.ts';

const LINE_FEED = 10;
/** A row longer than this is refused: a quote that is never closed makes one of all that follows. */
const LONGEST_ROW = 1 << 26;

/** A cursor and the bytes that follow it. */
export class InputWindow {
  readonly cursor: CsvCursor = new CsvCursor();
  /** Bytes read so far. */
  bytes = 0;
  readonly #input: BatchInput;
  /** How many bytes may be the file's. */
  #room: number;

  /** @param size of the window, at first */
  constructor(input: BatchInput, size: number) {
    this.#input = input;
    this.#room = size;
    this.cursor.bytes = new Uint8Array(size + PAD);
  }

  /** Goes on in the window of a kernel, which must have room for what follows the cursor. */
  enter({ window }: CsvScan): void {
    const { at, bytes, end } = this.cursor;
    window.set(bytes.subarray(at, end + 1));
    this.cursor.bytes = window;
    this.cursor.at = 0;
    this.cursor.end = end - at;
    this.#room = window.length - PAD;
  }

  /**
   * Reads on behind what the cursor has not passed yet; where that fills the window, in a larger one.
   * @throws ModelError CSV_INVALID, INPUT_FILE_UNREADABLE
   */
  async more(): Promise<void> {
    const { cursor } = this, { at, end } = cursor;
    // The header is told from a byte order mark by its place.
    if (at === 0 && end > 0) this.#grow();
    else {
      cursor.bytes.copyWithin(0, at, end);
      cursor.end = end - at;
      cursor.at = 0;
    }
    while (cursor.end < this.#room) {
      const got = await this.#input.read(cursor.bytes, cursor.end, this.#room - cursor.end);
      cursor.end += got;
      this.bytes += got;
      if (got > 0) continue;
      cursor.last = true;
      break;
    }
    cursor.bytes[cursor.end] = LINE_FEED;
  }

  #grow(): void {
    const { bytes } = this.cursor;
    if (this.#room >= LONGEST_ROW) throw new ModelError('CSV_INVALID', { reason: `a row is longer than ${LONGEST_ROW} bytes; a quote may be open` });
    this.#room *= 2;
    this.cursor.bytes = new Uint8Array(this.#room + PAD);
    this.cursor.bytes.set(bytes);
  }
}
