/**
 * The bytes of a request's rows straight into the typed columns of a signature.
 * @module
 */
import { type Column, column } from '../data/column.ts';
import { Table } from '../data/table.ts';
import type { Value } from '../data/values.ts';
import type { Schema } from '../schema/schema.ts';
import type { Enforcement } from '../schema/signature.ts';
import { CLOSE_LIST, CLOSE_MAP, COLON, COMMA, type Cursor, keyBytes, OPEN_LIST, OPEN_MAP, QUOTE } from './fast-cursor.ts';
import { scratch } from './fast-scratch.ts';

const DOUBLE = 0, FLOAT = 1, LONG = 2, INTEGER = 3, BOOLEAN = 4, TEXT = 5;
const KINDS: Readonly<Record<string, number>> = { double: DOUBLE, float: FLOAT, long: LONG, integer: INTEGER, boolean: BOOLEAN, string: TEXT };
// From here on a double rounds to an infinite float32.
const FLOAT_LIMIT = 3.4028235677973366e38;
const MAX_SAFE = Number.MAX_SAFE_INTEGER;
/** Longest `columns` list kept for comparison. */
const MAX_HEADER = 1 << 16;
const COLUMNS = new TextEncoder().encode('columns'), DATA = new TextEncoder().encode('data'), INDEX = new TextEncoder().encode('index');

/** Reads the value of one form field; undefined where anything is out of the ordinary. */
export interface FastForms {
  split(cursor: Cursor): Value | undefined;
  records(cursor: Cursor): Value | undefined;
  /** `inputs` and `instances`. */
  free(cursor: Cursor): Value | undefined;
}

/** The forms of a column signature, or undefined where a column is not a plain scalar or a name needs an escape. */
export function compileFastColumns(schema: Schema, mode: Enforcement): FastForms | undefined {
  const specs = schema.columns ?? [];
  const kinds = specs.map((spec) => (typeof spec.type === 'string' ? KINDS[spec.type] : undefined));
  const names = specs.map((spec) => (typeof spec.name === 'string' && spec.name !== '' ? keyBytes(spec.name) : undefined));
  if (specs.length === 0 || specs.length > 100_000 || kinds.includes(undefined)) return undefined;
  if (schema.named && (names.includes(undefined) || new Set(specs.map((spec) => spec.name)).size < specs.length)) return undefined;
  return new FastColumns({
    kinds: Uint8Array.from(kinds as number[]),
    names: schema.named ? (names as Uint8Array[]) : undefined,
    labels: specs.map((spec, i) => (schema.named ? spec.name : BigInt(i))),
    required: specs.map((spec) => Boolean(spec.required)),
    lenient: mode === 'mlflow',
  });
}

interface Plan {
  readonly kinds: Uint8Array;
  readonly names: readonly Uint8Array[] | undefined;
  readonly labels: readonly Value[];
  readonly required: readonly boolean[];
  readonly lenient: boolean;
}

class FastColumns implements FastForms {
  readonly #plan: Plan;
  readonly #width: number;
  /** Position in the request → column of the schema, for `#count` positions. */
  readonly #order: Int32Array;
  /** Which request or record saw a column last; doubles, for a server reads more than 2^31 of them. */
  readonly #stamps: Float64Array;
  #count = 0;
  #stamp = 0;
  /** The bytes of the last `columns` list, and what they say. */
  #header: Uint8Array = new Uint8Array(0);
  #headerOrder: Int32Array = new Int32Array(0);
  #texts: (string | null)[][] = [];
  #textSeen: boolean[] = [];
  #nullText = true;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#width = plan.kinds.length;
    this.#order = new Int32Array(this.#width);
    this.#stamps = new Float64Array(this.#width);
  }

  split(cursor: Cursor): Table | undefined {
    if (!cursor.take(OPEN_MAP)) return undefined;
    this.#begin(true);
    let named = false, index = -1, rows = -1;
    do {
      if (rows < 0 && !named && cursor.key(COLUMNS)) {
        if (!this.#columnNames(cursor)) return undefined;
        named = true;
      } else if (index < 0 && cursor.key(INDEX)) {
        index = plainIndex(cursor);
        if (index < 0) return undefined;
      } else if (rows < 0 && cursor.key(DATA)) {
        if (!named && !this.#positions()) return undefined;
        rows = this.#rows(cursor);
        if (rows < 0) return undefined;
      } else return undefined;
    } while (cursor.take(COMMA));
    if (!cursor.take(CLOSE_MAP) || rows < 0 || (index >= 0 && index !== rows)) return undefined;
    return this.#table(rows);
  }

  records(cursor: Cursor): Table | undefined {
    this.#begin(true);
    return this.#plan.names && cursor.take(OPEN_LIST) ? this.#records(cursor) : undefined;
  }

  free(cursor: Cursor): Table | undefined {
    const { names, lenient, kinds } = this.#plan;
    this.#begin(!lenient);
    const first = cursor.peek();
    if (first === OPEN_MAP) return names ? this.#dict(cursor) : undefined;
    if (first !== OPEN_LIST) return undefined;
    cursor.at++;
    const item = cursor.peek();
    if (item === OPEN_MAP) return names ? this.#records(cursor) : undefined;
    if (item === OPEN_LIST) {
      // MLflow makes one array of them, of one type.
      if (names || (lenient && kinds.some((kind) => kind !== kinds[0]))) return undefined;
      cursor.at--;
      this.#positions();
      return this.#table(this.#rows(cursor));
    }
    if (this.#width !== 1) return undefined;
    cursor.at--;
    this.#order[0] = 0;
    this.#count = 1;
    return this.#table(this.#list(cursor, 0));
  }

  #begin(nullText: boolean): void {
    this.#nullText = nullText;
    this.#count = 0;
    this.#texts = [];
    this.#textSeen = [];
  }

  /** Unnamed columns by position. */
  #positions(): boolean {
    if (this.#plan.names) return false;
    for (let i = 0; i < this.#width; i++) this.#order[i] = i;
    this.#count = this.#width;
    return true;
  }

  #columnNames(cursor: Cursor): boolean {
    if (!this.#plan.names || cursor.peek() !== OPEN_LIST) return false;
    this.#stamp++;
    if (this.#sameHeader(cursor)) return true;
    const start = cursor.at;
    cursor.at++;
    do {
      if (cursor.peek() !== QUOTE || !this.#name(cursor)) return false;
    } while (cursor.take(COMMA));
    if (!cursor.take(CLOSE_LIST) || !this.#complete()) return false;
    if (cursor.at - start <= MAX_HEADER) {
      this.#header = cursor.bytes.slice(start, cursor.at);
      this.#headerOrder = this.#order.slice(0, this.#count);
    }
    return true;
  }

  /** Most requests of a caller name their columns in the same bytes: then the positions are known. */
  #sameHeader(cursor: Cursor): boolean {
    const header = this.#header, order = this.#headerOrder, { bytes, at } = cursor, n = header.length;
    if (n === 0 || at + n > bytes.length) return false;
    for (let i = n - 1; i >= 0; i--) if (bytes[at + i] !== header[i]) return false;
    for (let i = 0; i < order.length; i++) {
      const col = order[i] as number;
      this.#order[i] = col;
      this.#stamps[col] = this.#stamp;
    }
    this.#count = order.length;
    cursor.at = at + n;
    return true;
  }

  /** The name at the cursor as the next position: first the column after the last one, then any. */
  #name(cursor: Cursor): boolean {
    const names = this.#plan.names as readonly Uint8Array[], at = this.#count;
    if (at === this.#width) return false;
    let col = at === 0 ? 0 : (this.#order[at - 1] as number) + 1;
    if (col >= this.#width || !cursor.matches(names[col] as Uint8Array)) {
      for (col = 0; col < this.#width; col++) if (this.#stamps[col] !== this.#stamp && cursor.matches(names[col] as Uint8Array)) break;
    }
    if (col === this.#width || this.#stamps[col] === this.#stamp) return false;
    this.#stamps[col] = this.#stamp;
    this.#order[at] = col;
    this.#count = at + 1;
    cursor.at += (names[col] as Uint8Array).length + 2;
    return true;
  }

  /** Whether every required column has a position. */
  #complete(): boolean {
    if (this.#count === this.#width) return true;
    for (let col = 0; col < this.#width; col++) if (this.#plan.required[col] && this.#stamps[col] !== this.#stamp) return false;
    return true;
  }

  /** A list of rows: their number, or −1. */
  #rows(cursor: Cursor): number {
    if (!cursor.take(OPEN_LIST)) return -1;
    const order = this.#order, count = this.#count;
    let row = 0;
    do {
      if (!cursor.take(OPEN_LIST)) return -1;
      const base = row * this.#width;
      if (!scratch.reserve(base + this.#width)) return -1;
      for (let i = 0; i < count; i++) {
        if (i > 0 && !cursor.take(COMMA)) return -1;
        const col = order[i] as number;
        if (!this.#cell(cursor, col, base + col, row)) return -1;
      }
      if (!cursor.take(CLOSE_LIST)) return -1;
      row++;
    } while (cursor.take(COMMA));
    return cursor.take(CLOSE_LIST) ? row : -1;
  }

  /** Records after their opening bracket; every one has the keys of the first. */
  #records(cursor: Cursor): Table | undefined {
    const names = this.#plan.names as readonly Uint8Array[];
    let row = 0;
    do {
      if (!cursor.take(OPEN_MAP)) return undefined;
      const base = row * this.#width;
      if (!scratch.reserve(base + this.#width)) return undefined;
      this.#stamp++;
      let i = 0;
      do {
        if (cursor.peek() !== QUOTE) return undefined;
        let col = row > 0 && i < this.#count ? (this.#order[i] as number) : -1;
        if (row === 0) {
          if (!this.#name(cursor)) return undefined;
          col = this.#order[i] as number;
        } else {
          if (col < 0) return undefined;
          if (!cursor.matches(names[col] as Uint8Array)) col = this.#other(cursor);
          if (col < 0 || this.#stamps[col] === this.#stamp) return undefined;
          this.#stamps[col] = this.#stamp;
          cursor.at += (names[col] as Uint8Array).length + 2;
        }
        if (!cursor.take(COLON) || !this.#cell(cursor, col, base + col, row)) return undefined;
        i++;
      } while (cursor.take(COMMA));
      if (!cursor.take(CLOSE_MAP) || i !== this.#count || (row === 0 && !this.#complete())) return undefined;
      row++;
    } while (cursor.take(COMMA));
    return cursor.take(CLOSE_LIST) ? this.#table(row) : undefined;
  }

  /** Which of the first record's columns the key names. */
  #other(cursor: Cursor): number {
    const names = this.#plan.names as readonly Uint8Array[];
    for (let i = 0; i < this.#count; i++) {
      const col = this.#order[i] as number;
      if (cursor.matches(names[col] as Uint8Array)) return col;
    }
    return -1;
  }

  #dict(cursor: Cursor): Table | undefined {
    cursor.at++;
    this.#stamp++;
    let rows = -1;
    do {
      if (cursor.peek() !== QUOTE || !this.#name(cursor) || !cursor.take(COLON)) return undefined;
      const length = this.#list(cursor, this.#order[this.#count - 1] as number);
      if (length < 0 || (rows >= 0 && length !== rows)) return undefined;
      rows = length;
    } while (cursor.take(COMMA));
    return cursor.take(CLOSE_MAP) && this.#complete() ? this.#table(rows) : undefined;
  }

  /** One column as a list: its length, or −1. */
  #list(cursor: Cursor, col: number): number {
    if (!cursor.take(OPEN_LIST)) return -1;
    let row = 0;
    do {
      const slot = row * this.#width + col;
      if (!scratch.reserve(slot + 1) || !this.#cell(cursor, col, slot, row)) return -1;
      row++;
    } while (cursor.take(COMMA));
    return cursor.take(CLOSE_LIST) ? row : -1;
  }

  #cell(cursor: Cursor, col: number, slot: number, row: number): boolean {
    const c = cursor.peek(), kind = this.#plan.kinds[col];
    if (kind === TEXT) return this.#text(cursor, c, col, row);
    if (kind === BOOLEAN) {
      const yes = cursor.word(116, 114, 117, 101);
      if (!yes && !(c === 102 && (cursor.at++, cursor.word(97, 108, 115, 101)))) return false;
      scratch.values[slot] = yes ? 1 : 0;
      return true;
    }
    if (c === 110) {
      if (kind === LONG || kind === INTEGER || !cursor.word(110, 117, 108, 108)) return false;
      scratch.values[slot] = NaN;
      return true;
    }
    const x = cursor.number();
    switch (kind) {
      case DOUBLE:
        if (x !== x) return false;
        break;
      case FLOAT:
        // A column of such integers is rounded once from int64, not by way of a double.
        if (!(x < FLOAT_LIMIT && x > -FLOAT_LIMIT) || (cursor.integral && (x > MAX_SAFE || x < -MAX_SAFE))) return false;
        break;
      case LONG:
        if (!cursor.integral || !(x <= MAX_SAFE && x >= -MAX_SAFE)) return false;
        break;
      default:
        if (!cursor.integral || !(x <= 2147483647 && x >= -2147483648)) return false;
    }
    scratch.values[slot] = x;
    return true;
  }

  #text(cursor: Cursor, c: number, col: number, row: number): boolean {
    const texts = (this.#texts[col] ??= []);
    if (c === 110) {
      if (!this.#nullText || !cursor.word(110, 117, 108, 108)) return false;
      texts[row] = null;
      return true;
    }
    const text = cursor.string();
    if (text === undefined) return false;
    texts[row] = text;
    this.#textSeen[col] = true;
    return true;
  }

  #table(rows: number): Table | undefined {
    if (rows <= 0) return undefined;
    const { kinds, labels } = this.#plan, full = this.#count === this.#width;
    const columns: Column[] = [], names: Value[] = full ? (labels as Value[]) : [];
    for (let col = 0; col < this.#width; col++) {
      if (!full) {
        if (this.#stamps[col] !== this.#stamp) continue;
        names.push(labels[col] as Value);
      }
      const made = this.#column(kinds[col] as number, col, rows);
      if (!made) return undefined;
      columns.push(made);
    }
    return new Table(names, columns, rows);
  }

  #column(kind: number, col: number, rows: number): Column | undefined {
    const width = this.#width, from = scratch.values;
    switch (kind) {
      case DOUBLE: return numbers('float64', new Float64Array(rows), from, col, width);
      case FLOAT: return numbers('float32', new Float32Array(rows), from, col, width);
      case LONG: return numbers('int64', new Float64Array(rows), from, col, width);
      case INTEGER: return numbers('int32', new Int32Array(rows), from, col, width);
      case BOOLEAN: return numbers('bool', new Uint8Array(rows), from, col, width);
      // pandas gives a column without any text another dtype.
      default: return this.#textSeen[col] ? column('str', this.#texts[col] as (string | null)[]) : undefined;
    }
  }
}

function numbers(dtype: Column['dtype'], values: Float64Array | Float32Array | Int32Array | Uint8Array, from: Float64Array, col: number, width: number): Column {
  const length = values.length;
  for (let row = 0, slot = col; row < length; row++, slot += width) values[row] = from[slot] as number;
  return { dtype, length, values, validity: null };
}

/** The length of an index 0, 1, 2, …; −1 for any other. */
function plainIndex(cursor: Cursor): number {
  if (!cursor.take(OPEN_LIST)) return -1;
  let row = 0;
  do {
    cursor.peek();
    if (cursor.number() !== row || !cursor.integral) return -1;
    row++;
  } while (cursor.take(COMMA));
  return cursor.take(CLOSE_LIST) ? row : -1;
}
