/**
 * The rows of a CSV file in chunks: from bytes straight into the typed columns that a plan names.
 *
 * A plain number, an empty cell of floats and a plain boolean word are read here. Any other cell of a numeric field goes
 * through the general rules, by which its field was made; text is collected and made a column by them too. So a chunk is
 * what the general path gives for its rows, and errors are the same; of several the first in the file counts, in one row
 * that of the model's first column. Rows of plain cells only are left to a WebAssembly kernel, where there is one.
 * @module
 */
import { type Column, column } from '../data/column.ts';
import { columnAt, type NumberDType, RowsTable } from '../data/rows-table.ts';
import { Table } from '../data/table.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { type CsvCursor, INCOMPLETE, LINE_END, NEXT_CELL } from './csv-cursor.ts';
import { CsvScan, SEEN_EMPTY, SEEN_FLOAT, SEEN_INTEGER } from './csv-kernel.ts';
import { checkFill, COMMA, CR, LF, refuseLong } from './csv-lines.ts';
import { utf8Text } from './text.ts';

/** How the cells of a field are read and held. */
export const KIND = { skip: 0, double: 1, float: 2, long: 3, integer: 4, boolean: 5, text: 6, infer: 7 } as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/** One position of the file's rows. */
export interface CsvField {
  readonly kind: Kind;
  /** Among faults of one row the lowest counts. */
  readonly order: number;
  /** Whether the file has missing integers or booleans there, which changes the dtype of all; undefined: to be found out. */
  readonly gaps: boolean | undefined;
  /** Any cell of a numeric field: a number, a bigint beyond 2^53, or null or NaN for a missing one. @throws ModelError */
  cell?(text: string): Value;
  /** The cells of a text field as its column. @throws ModelError whose `row` counts from the first of them */
  column?(cells: readonly string[]): Column;
  /** Takes note of a cell that is looked at to find a dtype; true when no other can change it. */
  note?(cell: typeof INTEGER_CELL | typeof FLOAT_CELL | typeof EMPTY_CELL | string): boolean;
}

/** What {@link CsvField.note} is told of plain cells; others it gets as text. */
export const INTEGER_CELL = 1, FLOAT_CELL = 2, EMPTY_CELL = 3;

/** What the rows become. */
export interface CsvPlan {
  /** One for each position of a row. */
  readonly fields: readonly CsvField[];
  /** The columns of the table: names, and the positions of their cells. */
  readonly names: readonly Value[];
  readonly places: readonly number[];
}

/** Rows and, where they end at something wrong, what it is. */
export interface CsvChunk {
  readonly table: Table;
  readonly fault: ModelError | undefined;
}

interface Fault {
  readonly row: number;
  readonly order: number;
  readonly error: ModelError;
}

// From here on a double rounds to an infinite float32.
const FLOAT_LIMIT = 3.4028235677973366e38;
const MINUS = 45, ZERO = 48, NINE = 57;

/** Reads chunks of up to `capacity` rows. */
export class CsvChunks {
  readonly #plan: CsvPlan;
  readonly #kinds: Uint8Array;
  /** An empty cell is NaN there. */
  readonly #empty: readonly boolean[];
  readonly #capacity: number;
  /** Place of each position's cell in a row of `#values`, and how many there are. */
  readonly #slots: Int32Array;
  readonly #count: number;
  readonly #values: Float64Array;
  /** The kernel, for which the cursor must stand in its window. */
  readonly scan: CsvScan | undefined;
  /** dtypes of the columns where all are numbers. */
  readonly #dtypes: readonly NumberDType[] | undefined;
  readonly #texty: readonly number[];
  readonly #inferred: readonly number[];
  #texts: string[][] = [];
  /** Integers beyond 2^53 by row. */
  #wide: (Map<number, bigint> | undefined)[] = [];
  #rows = 0;
  #first = 0;
  #cells = 0;
  #fault: Fault | undefined;
  /** By position: missing cells were seen; the last row beyond 2^53, or −1. */
  readonly gaps: boolean[];
  readonly unsafe: number[];

  /** @param window bytes that the kernel's window is to have; 0 for no kernel */
  constructor(plan: CsvPlan, capacity: number, window: number = 0) {
    const positions = (kind: Kind): number[] => plan.fields.flatMap((field, at) => (field.kind === kind ? [at] : []));
    this.#plan = plan;
    this.#kinds = Uint8Array.from(plan.fields, ({ kind }) => kind);
    this.#empty = plan.fields.map(({ gaps, kind }) => kind === KIND.double || kind === KIND.float || gaps === true);
    this.#capacity = capacity;
    this.#slots = new Int32Array(plan.fields.length).fill(-1);
    for (const [slot, at] of plan.places.entries()) this.#slots[at] = slot;
    this.#count = plan.places.length;
    this.#texty = positions(KIND.text);
    this.#inferred = positions(KIND.infer);
    this.scan = window > 0 ? CsvScan.start({ kinds: this.#kinds, empty: this.#empty, slots: this.#slots, count: this.#count }, capacity, window) : undefined;
    this.#values = this.scan?.values ?? new Float64Array(this.#count * capacity);
    const dtypes = plan.places.map((at) => dtypeOf(plan.fields[at] as CsvField));
    this.#dtypes = dtypes.length > 0 && dtypes.every((dtype) => dtype !== undefined) ? dtypes : undefined;
    this.gaps = plan.fields.map(() => false);
    this.unsafe = plan.fields.map(() => -1);
    this.#begin();
  }

  /** Rows read so far, of all chunks. */
  get rows(): number {
    return this.#first + this.#rows;
  }

  /** No more rows can be added. */
  get full(): boolean {
    return this.#rows === this.#capacity || this.#fault !== undefined;
  }

  /** Adds the complete rows from the cursor on; it ends at the start of the first that is not. */
  read(cursor: CsvCursor): void {
    const { scan } = this;
    while (!this.full) {
      if (scan && cursor.bytes === scan.window && (!this.#scanned(cursor, scan) || this.full)) return;
      if (!cursor.nextLine()) return;
      const start = cursor.at;
      try {
        if (this.#row(cursor, this.#rows)) {
          this.#rows++;
          continue;
        }
      } catch (error) {
        if (!ModelError.isInstance(error)) throw error;
        this.#fault = { row: this.#rows, order: -1, error };
        return;
      }
      this.#fault = undefined;
      cursor.at = start;
      return;
    }
  }

  /** Has the kernel add rows; true where the next one is not plain. */
  #scanned(cursor: CsvCursor, scan: CsvScan): boolean {
    const { at, bytes } = cursor, first = this.#rows, next = scan.read(at, cursor.end, cursor.last, first, this.#capacity);
    // The cursor finds the cell that is not valid.
    if (scan.wide && !isUtf8(bytes.subarray(at, next))) return true;
    const rows = scan.rows;
    for (const j of this.#texty) {
      const texts = this.#texts[j] as string[], slot = this.#slots[j] as number;
      for (let row = first; row < rows; row++) texts[row] = scan.text(row * this.#count + slot);
    }
    for (const j of this.#inferred) {
      const seen = scan.seen(j);
      if ((seen & SEEN_INTEGER) !== 0) this.#note(j, INTEGER_CELL);
      if ((seen & SEEN_FLOAT) !== 0) this.#note(j, FLOAT_CELL);
      if ((seen & SEEN_EMPTY) !== 0) this.#note(j, EMPTY_CELL);
    }
    this.#cells += (rows - first) * this.#kinds.length;
    this.#rows = rows;
    cursor.at = next;
    return scan.odd;
  }

  /** The rows added since the last call. */
  take(): CsvChunk {
    const { fields, names, places } = this.#plan, { fault, texts } = this.#judged(), rows = fault ? fault.row : this.#rows;
    if (fields.some(({ gaps }, at) => gaps === false && this.gaps[at] === true)) refuseChanged();
    const table = this.#dtypes && this.#wide.length === 0
      ? new RowsTable(names, this.#dtypes, this.#values.slice(0, rows * this.#count))
      : new Table(names, places.map((at) => (rows === this.#rows ? texts.get(at) : undefined) ?? this.#column(at, rows)), rows);
    const error = fault && atRow(fault.error, this.#first + fault.row);
    this.#begin();
    return { table, fault: error };
  }

  /** Forgets the rows added since the last call; what is wrong with them is thrown. */
  drop(): void {
    const { fault } = this.#judged();
    if (fault) throw atRow(fault.error, this.#first + fault.row);
    this.#begin();
  }

  /** The first fault, for which texts are made columns: numbers have been judged cell by cell. */
  #judged(): { readonly fault: Fault | undefined; readonly texts: ReadonlyMap<number, Column> } {
    const texts = new Map<number, Column>();
    let fault = this.#fault;
    for (const at of this.#texty) {
      try {
        texts.set(at, this.#column(at, this.#rows));
      } catch (error) {
        if (!ModelError.isInstance(error) || typeof error.data['row'] !== 'number') throw error;
        const { row } = error.data, { order } = this.#plan.fields[at] as CsvField;
        if (!fault || row < fault.row || (row === fault.row && order < fault.order)) fault = { row, order, error };
      }
    }
    return { fault, texts };
  }

  #begin(): void {
    this.#first += this.#rows;
    this.#rows = 0;
    this.#fault = undefined;
    this.#texts = this.#plan.fields.map(() => []);
    this.#wide = [];
  }

  /** One row; false where the bytes end before it does. */
  #row(cursor: CsvCursor, row: number): boolean {
    const kinds = this.#kinds, width = kinds.length, slots = this.#slots, base = row * this.#count, values = this.#values, { bytes } = cursor;
    let j = 0, after: number = NEXT_CELL;
    for (; after === NEXT_CELL; j++) {
      const kind = j < width ? (kinds[j] as number) : KIND.skip;
      let read = false;
      if (kind === KIND.skip) {
        if (!cursor.skip()) return false;
        read = true;
      } else if (kind !== KIND.text) {
        const start = cursor.at, c = bytes[start] as number;
        if ((c >= ZERO && c <= NINE) || c === MINUS) {
          const x = cursor.number(), d = bytes[cursor.at];
          if (cursor.at >= cursor.end && !cursor.last) return false;
          read = x === x && (d === COMMA || d === LF || d === CR) && this.#plain(kind, x, cursor.integral, c === MINUS, j);
          if (read && kind !== KIND.infer) values[base + (slots[j] as number)] = kind === KIND.float ? Math.fround(x) : x;
          if (!read) cursor.at = start;
        } else if (c === COMMA || c === LF || c === CR) {
          if (start >= cursor.end && !cursor.last) return false;
          if (this.#empty[j]) {
            values[base + (slots[j] as number)] = NaN;
            read = true;
          } else if (kind === KIND.infer) {
            this.#note(j, EMPTY_CELL);
            read = true;
          }
        } else if (kind === KIND.boolean) {
          const word = wordAt(cursor);
          if (word >= 0) {
            values[base + (slots[j] as number)] = word;
            read = true;
          }
        }
      }
      if (!read) {
        const text = cursor.text();
        if (text === undefined) return false;
        this.#odd(j, row, text);
      }
      after = cursor.next();
    }
    if (after === INCOMPLETE) return false;
    if (j > width) refuseLong(this.#first + row, j, width);
    this.#cells += j;
    checkFill(this.#first + row + 1, width, this.#cells);
    for (; j < width; j++) if (kinds[j] !== KIND.skip) this.#odd(j, row, '');
    return after === LINE_END;
  }

  /** Whether a number as JSON writes it is just that to the field. */
  #plain(kind: number, x: number, integral: boolean, negative: boolean, j: number): boolean {
    switch (kind) {
      // The cursor reads -0 as an integer.
      case KIND.double: return x !== 0 || !negative || !integral;
      case KIND.float: return (x !== 0 || !negative || !integral) && x < FLOAT_LIMIT && x > -FLOAT_LIMIT;
      case KIND.long: return integral && x <= Number.MAX_SAFE_INTEGER && x >= -Number.MAX_SAFE_INTEGER;
      case KIND.integer: return integral && x <= 2147483647 && x >= -2147483648;
      case KIND.boolean: return integral && (x === 0 || x === 1);
      default:
        if (integral && !(x <= Number.MAX_SAFE_INTEGER && x >= -Number.MAX_SAFE_INTEGER)) return false;
        this.#note(j, integral ? INTEGER_CELL : FLOAT_CELL);
        return true;
    }
  }

  #note(j: number, cell: Parameters<NonNullable<CsvField['note']>>[0]): void {
    if (this.#plan.fields[j]?.note?.(cell) !== true) return;
    this.#kinds[j] = KIND.skip;
    this.scan?.change(j, KIND.skip);
  }

  #odd(j: number, row: number, text: string): void {
    const field = this.#plan.fields[j] as CsvField;
    if (field.kind === KIND.text) {
      (this.#texts[j] as string[])[row] = text;
      return;
    }
    if (field.kind === KIND.infer) return this.#note(j, text);
    try {
      const value = field.cell?.(text) ?? NaN, number = Number(value);
      this.#values[row * this.#count + (this.#slots[j] as number)] = number;
      if (number !== number && field.kind >= KIND.long) this.gaps[j] = true;
      if (typeof value !== 'bigint') return;
      (this.#wide[j] ??= new Map()).set(row, value);
      this.unsafe[j] = this.#first + row;
    } catch (error) {
      if (!ModelError.isInstance(error)) throw error;
      if (!this.#fault || field.order < this.#fault.order) this.#fault = { row, order: field.order, error };
    }
  }

  #column(at: number, rows: number): Column {
    const field = this.#plan.fields[at] as CsvField, wide = this.#wide[at];
    if (field.kind === KIND.text) return field.column?.((this.#texts[at] as string[]).slice(0, rows)) ?? column('object', []);
    const numbers = columnAt(dtypeOf(field) ?? 'float64', this.#values, this.#slots[at] as number, this.#count, rows);
    if (field.kind === KIND.boolean && field.gaps) return column('object', Array.from(numbers.values as Float64Array, (x) => (x !== x ? null : x === 1)));
    if (wide === undefined || numbers.dtype !== 'int64') return numbers;
    return column('int64', BigInt64Array.from(numbers.values as Float64Array, (x, row) => wide.get(row) ?? BigInt(x)));
  }
}

/** Of the column where a double holds each value. */
function dtypeOf({ gaps, kind }: CsvField): NumberDType | undefined {
  switch (kind) {
    case KIND.double: return 'float64';
    case KIND.float: return 'float32';
    case KIND.long: return gaps ? 'float64' : 'int64';
    case KIND.integer: return gaps ? 'float64' : 'int32';
    case KIND.boolean: return gaps ? undefined : 'bool';
    default: return undefined;
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    utf8Text(bytes);
    return true;
  } catch {
    return false;
  }
}

/** What was found on the first reading of the file no longer holds. */
export function refuseChanged(): never {
  throw new ModelError('CSV_INVALID', { reason: 'the file changed while it was read' });
}

/** An error that names a row, with the row's number in the file. */
export function atRow(error: ModelError, row: number): ModelError {
  const { code, data } = error;
  return typeof data['row'] !== 'number' ? error : new ModelError(code, { ...data, row } as never, { cause: error.cause });
}

/** 1 or 0 for `True`, `true`, `False` or `false` as a whole cell, which it moves behind; else −1. */
function wordAt(cursor: CsvCursor): number {
  const { at, bytes } = cursor, c = bytes[at];
  const yes = (c === 116 || c === 84) && bytes[at + 1] === 114 && bytes[at + 2] === 117 && bytes[at + 3] === 101;
  if (!yes && !((c === 102 || c === 70) && bytes[at + 1] === 97 && bytes[at + 2] === 108 && bytes[at + 3] === 115 && bytes[at + 4] === 101)) return -1;
  const to = at + (yes ? 4 : 5), d = bytes[to];
  if (d !== COMMA && d !== LF && d !== CR) return -1;
  cursor.at = to;
  return yes ? 1 : 0;
}
