/**
 * The part of an input that is in memory, before a cursor.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { CsvCursor } from '../wire/csv-cursor.ts';
import type { BatchInput } from './input.ts';

const LINE_FEED = 10;
/** A row longer than this is refused: a quote that is never closed makes one of all that follows. */
const LONGEST_ROW = 1 << 28;

/** A cursor and the bytes that follow it. */
export class InputWindow {
  readonly cursor: CsvCursor = new CsvCursor();
  /** Bytes read so far. */
  bytes = 0;
  readonly #input: BatchInput;

  /** @param size of the window, at first */
  constructor(input: BatchInput, size: number) {
    this.#input = input;
    this.cursor.bytes = new Uint8Array(size + 1);
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
    const room = cursor.bytes.length - 1;
    while (cursor.end < room) {
      const got = await this.#input.read(cursor.bytes, cursor.end, room - cursor.end);
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
    if (bytes.length > LONGEST_ROW) throw new ModelError('CSV_INVALID', { reason: `a row is longer than ${LONGEST_ROW} bytes; a quote may be open` });
    this.cursor.bytes = new Uint8Array(2 * bytes.length);
    this.cursor.bytes.set(bytes);
  }
}
