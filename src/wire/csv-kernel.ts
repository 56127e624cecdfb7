/**
 * The memory of the kernel assembly/csv-scan.ts: how the positions of a row are read, the slots of a chunk, and a window of
 * the file.
 * @module
 */
import { startKernel } from '../data/wasm.ts';
import { asciiText } from './csv-cursor.ts';
import { csvScanWasm } from './csv-scan-wasm.ts';
import { writeNumberTables } from './number-tables.ts';
import { utf8Text } from './text.ts';

/** What was seen in a position whose dtype is to be found. */
export const SEEN_INTEGER = 1, SEEN_FLOAT = 2, SEEN_EMPTY = 4;

// Places, as the kernel has them.
const ROWS = 0, ODD = 1, WIDE = 2, GIVEN = 3;
const PLAN = 4096, EMPTY = 16;
/** A line feed and what the kernel may look at behind it. */
export const PAD = 17;

interface Scan {
  rows(at: number, end: number, last: number, row: number, capacity: number): number;
}

/** Which positions are read how: kinds as csv-chunks.ts numbers them; slots by position, −1 for none. */
export interface ScanFields {
  readonly kinds: Uint8Array;
  /** An empty cell is NaN there. */
  readonly empty: readonly boolean[];
  readonly slots: Int32Array;
  readonly count: number;
}

/** Reads rows of plain cells from a window of the file in its memory. */
export class CsvScan {
  /** The file's bytes go here; the last 17 are not for them. */
  readonly window: Uint8Array;
  /** Slots of the chunk, row after row. */
  readonly values: Float64Array;
  readonly #words: Uint32Array;
  readonly #kinds: Uint8Array;
  readonly #seen: Uint8Array;
  readonly #run: Scan;

  private constructor(memory: ArrayBuffer | SharedArrayBuffer, run: Scan, { count, empty, kinds, slots }: ScanFields, capacity: number, size: number) {
    const width = kinds.length, slotsAt = aligned(PLAN + width), seenAt = slotsAt + 4 * width, valuesAt = aligned(seenAt + width), windowAt = valuesAt + 8 * count * capacity;
    writeNumberTables(memory);
    this.#run = run;
    this.#words = new Uint32Array(memory);
    this.#words.set([width, count, PLAN, slotsAt, seenAt, valuesAt], GIVEN);
    this.#words.set(slots.map((slot) => Math.max(slot, 0)), slotsAt >> 2);
    this.#kinds = new Uint8Array(memory, PLAN, width);
    this.#kinds.set(kinds.map((kind, i) => kind | (empty[i] ? EMPTY : 0)));
    this.#seen = new Uint8Array(memory, seenAt, width);
    this.values = new Float64Array(memory, valuesAt, count * capacity);
    this.window = new Uint8Array(memory, windowAt, size + PAD);
  }

  /** For chunks of `capacity` rows and a window of `size` bytes; undefined where there is no WebAssembly. */
  static start(fields: ScanFields, capacity: number, size: number): CsvScan | undefined {
    const width = fields.kinds.length, bytes = aligned(PLAN + width) + 5 * width + 16 + 8 * fields.count * capacity + size + PAD;
    const kernel = startKernel<Scan>(csvScanWasm, bytes);
    return kernel ? new CsvScan(kernel.memory, kernel.run, fields, capacity, size) : undefined;
  }

  /** Reads rows from `at` on; gives where the next one begins. `row` are there already. */
  read(at: number, end: number, last: boolean, row: number, capacity: number): number {
    const from = this.window.byteOffset;
    return this.#run.rows(from + at, from + end, Number(last), row, capacity) - from;
  }

  /** Rows there, after a call. */
  get rows(): number {
    return this.#words[ROWS] as number;
  }

  /** Whether the next row has a cell that is not plain. */
  get odd(): boolean {
    return this.#words[ODD] === 1;
  }

  /** Whether bytes outside ASCII were passed, which may not be valid. */
  get wide(): boolean {
    return this.#words[WIDE] === 1;
  }

  /** What was seen in a position so far. */
  seen(position: number): number {
    return this.#seen[position] as number;
  }

  /** A position is read as another kind from now on. */
  change(position: number, kind: number): void {
    this.#kinds[position] = kind;
  }

  /** The text in a slot, whose bytes are known to be UTF-8. */
  text(slot: number): string {
    const words = this.#words, at = (this.values.byteOffset >> 2) + 2 * slot, from = (words[at] as number) - this.window.byteOffset, size = words[at + 1] as number;
    const end = from + (size >>> 1);
    return (size & 1) === 0 && end - from <= 24 ? asciiText(this.window, from, end) : utf8Text(this.window.subarray(from, end));
  }
}

function aligned(size: number): number {
  return (size + 7) & ~7;
}
