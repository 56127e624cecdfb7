/**
 * The bytes of a request's rows straight into the typed columns of a signature.
 * @module
 */
import { type Column, column } from '../data/column.ts';
import { columnAt, type NumberDType, RowsTable } from '../data/rows-table.ts';
import { Table } from '../data/table.ts';
import type { Value } from '../data/values.ts';
import { numpyTypeOf } from '../schema/data-types.ts';
import type { Schema } from '../schema/schema.ts';
import type { Enforcement } from '../schema/signature.ts';
import { CLOSE_MAP, COMMA, keyBytes, OPEN_LIST, OPEN_MAP } from './fast-cursor.ts';
import { KINDS, type Scanner, ScanPlan, TEXT } from './fast-kernel.ts';

const TYPES = ['double', 'float', 'long', 'integer', 'boolean', 'string'] as const;
const COLUMNS = new TextEncoder().encode('columns'), DATA = new TextEncoder().encode('data'), INDEX = new TextEncoder().encode('index');

/** Reads the value of one form field; undefined where anything is out of the ordinary. */
export interface FastForms {
  readonly plan: ScanPlan;
  split(scanner: Scanner): Value | undefined;
  records(scanner: Scanner): Value | undefined;
  /** `inputs` and `instances`. */
  free(scanner: Scanner): Value | undefined;
}

/** The forms of a column signature, or undefined where a column is not a plain scalar or a name needs an escape. */
export function compileFastColumns(schema: Schema, mode: Enforcement): FastForms | undefined {
  const specs = schema.columns ?? [], { named } = schema;
  if (specs.length === 0 || specs.length > 100_000) return undefined;
  const dtypes = specs.map(({ type }) => TYPES.find((plain) => plain === type)).map((type) => type && numpyTypeOf(type));
  const keys = specs.map((spec) => (typeof spec.name === 'string' && spec.name !== '' ? keyBytes(spec.name) : undefined));
  if (dtypes.includes(undefined) || (named && (keys.includes(undefined) || new Set(specs.map((spec) => spec.name)).size < specs.length))) return undefined;
  return new FastColumns({
    dtypes: dtypes as NumberDType[],
    keys: named ? (keys as Uint8Array[]) : undefined,
    labels: Object.freeze(specs.map((spec, i) => (named ? spec.name : BigInt(i)))),
    required: specs.map((spec) => Boolean(spec.required)),
    lenient: mode === 'mlflow',
  });
}

interface Columns {
  /** numpy's dtypes; of text it is `str`. */
  readonly dtypes: readonly NumberDType[];
  readonly keys: readonly Uint8Array[] | undefined;
  readonly labels: readonly Value[];
  readonly required: readonly boolean[];
  readonly lenient: boolean;
}

class FastColumns implements FastForms {
  readonly plan: ScanPlan;
  readonly #columns: Columns;
  readonly #numeric: boolean;

  constructor(columns: Columns) {
    const kinds = Uint8Array.from(columns.dtypes, (dtype) => KINDS[dtype] as number);
    this.plan = new ScanPlan(kinds, columns.keys);
    this.#columns = columns;
    this.#numeric = !kinds.includes(TEXT);
  }

  split(scanner: Scanner): Table | undefined {
    if (!scanner.take(OPEN_MAP)) return undefined;
    scanner.nullText = true;
    let named = false, index = -1, rows = -1;
    do {
      if (rows < 0 && !named && scanner.key(COLUMNS)) {
        if (!this.#columns.keys || !scanner.names() || !this.#complete(scanner)) return undefined;
        named = true;
      } else if (index < 0 && scanner.key(INDEX)) {
        if (!scanner.index()) return undefined;
        index = scanner.rows;
      } else if (rows < 0 && scanner.key(DATA)) {
        if (!named && this.#columns.keys) return undefined;
        if (!named) scanner.positions();
        if (!scanner.list()) return undefined;
        rows = scanner.rows;
      } else return undefined;
    } while (scanner.take(COMMA));
    if (!scanner.take(CLOSE_MAP) || rows < 0 || (index >= 0 && index !== rows)) return undefined;
    return this.#table(scanner, rows, true);
  }

  records(scanner: Scanner): Table | undefined {
    scanner.nullText = true;
    return this.#records(scanner);
  }

  free(scanner: Scanner): Table | undefined {
    const { keys, lenient, dtypes } = this.#columns, first = scanner.peek();
    scanner.nullText = !lenient;
    if (first === OPEN_MAP) return keys && scanner.columns() && this.#complete(scanner) ? this.#table(scanner, scanner.rows, false) : undefined;
    if (first !== OPEN_LIST) return undefined;
    const { at } = scanner;
    scanner.at++;
    const item = scanner.peek();
    scanner.at = at;
    if (item === OPEN_MAP) return this.#records(scanner);
    if (item === OPEN_LIST) {
      // MLflow makes one array of them, of one type.
      if (keys || (lenient && dtypes.some((dtype) => dtype !== dtypes[0]))) return undefined;
      scanner.positions();
      return scanner.list() ? this.#table(scanner, scanner.rows, true) : undefined;
    }
    if (dtypes.length !== 1) return undefined;
    scanner.positions();
    return scanner.cells() ? this.#table(scanner, scanner.rows, true) : undefined;
  }

  #records(scanner: Scanner): Table | undefined {
    return this.#columns.keys && scanner.records() && this.#complete(scanner) ? this.#table(scanner, scanner.rows, true) : undefined;
  }

  /** Whether every required column was there. */
  #complete(scanner: Scanner): boolean {
    const { required } = this.#columns, { count } = scanner;
    if (count === required.length) return true;
    const found = new Uint8Array(required.length);
    for (let place = 0; place < count; place++) found[scanner.column(place)] = 1;
    return required.every((needed, col) => !needed || found[col] === 1);
  }

  /** What stands in the slots, row after row or column after column. */
  #table(scanner: Scanner, rows: number, byRow: boolean): Table | undefined {
    const { dtypes, labels } = this.#columns, { count } = scanner, { kinds } = this.plan;
    const placeOf = (slot: number): number => (byRow ? slot % count : Math.floor(slot / rows));
    if (!scanner.finish((slot) => kinds[scanner.column(placeOf(slot))] as number)) return undefined;
    const order = this.#order(scanner);
    if (this.#numeric && order === undefined && (byRow || rows === 1)) return new RowsTable(labels, dtypes, scanner.copy(rows * count));
    const slots = scanner.view(rows * count), names: Value[] = [], columns: Column[] = [];
    for (const [col, place] of (order ?? labels.map((_, i) => i)).entries()) {
      if (place < 0) continue;
      const first = byRow ? place : place * rows, step = byRow ? count : 1, dtype = dtypes[col] as NumberDType | 'str';
      const made = dtype === 'str' ? textColumn(scanner, first, step, rows) : columnAt(dtype, slots, first, step, rows);
      if (!made) return undefined;
      names.push(labels[col] as Value);
      columns.push(made);
    }
    return new Table(names, columns, rows);
  }

  /** The place of each of the signature's columns in the request, −1 for none; undefined when all are there, in order. */
  #order(scanner: Scanner): Int32Array | undefined {
    const { width } = this.plan, { count } = scanner;
    let place = 0;
    while (place < count && scanner.column(place) === place) place++;
    if (place === width) return undefined;
    const order = new Int32Array(width).fill(-1);
    for (place = 0; place < count; place++) order[scanner.column(place)] = place;
    return order;
  }
}

/** Undefined where a text is not valid, or none is there: pandas gives a column without any text another dtype. */
function textColumn(scanner: Scanner, first: number, step: number, length: number): Column | undefined {
  const texts: (string | null)[] = [];
  let seen = false;
  for (let i = 0, slot = first; i < length; i++, slot += step) {
    const text = scanner.text(slot);
    if (text === undefined) return undefined;
    seen ||= text !== null;
    texts.push(text);
  }
  return seen ? column('str', texts) : undefined;
}
