/**
 * Tables from Python values, as the pandas DataFrame constructor builds them.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { type Column, column, isValid, validityOf } from './column.ts';
import { isComplex } from './dtype.ts';
import { inferColumn } from './infer-column.ts';
import { axisLabels, labelKey, rowIndex } from './labels.ts';
import { type Label, Table } from './table.ts';
import { Tensor } from './tensor.ts';
import { elementAt, valuesOf } from './value-at.ts';
import { PySet, Scalar, Series, Tuple, type Value } from './values.ts';

export { inferColumn } from './infer-column.ts';

/** Labels given beside the data; absent means those the data implies. */
export interface FrameLabels {
  /** A list or the keys of a Map. */
  columns?: Value | undefined;
  index?: Value | undefined;
}

/**
 * `DataFrame(list)`: rows that are lists, tuples, dicts, 1-d arrays or scalars; the first row decides which. Short rows are
 * filled with None; dicts give columns in order of first appearance.
 * @throws ModelError FRAME_INVALID
 * @example
 * ```ts
 * frameFromRows([[1n, 'a'], [2n, 'b']], { columns: ['x', 'y'] });
 * ```
 */
export function frameFromRows(rows: readonly Value[], labels: FrameLabels = {}): Table {
  const columns = axisLabels(labels.columns), first = rows[0];
  if (rows.length === 0) return emptyFrame(columns ?? [], labels.index);
  if (first instanceof Map) return fromRecords(rows, columns, labels.index);
  if (first instanceof Tensor && first.shape.length > 1) fail('rows must not be arrays of more than one dimension');
  if (isListLike(first)) return fromLists(rows, columns, labels.index);
  if (columns && columns.length !== 1) fail(`${columns.length} columns were named for rows of one value`);
  const index = rowIndex(labels.index);
  if (index && index.length !== rows.length) fail(`${rows.length} rows for an index of ${index.length}`);
  return new Table(columns ?? [0n], [inferColumn(rows)], rows.length, index?.labels);
}

/**
 * `DataFrame(dict)`: one column a key. Lists and tuples are inferred, arrays and Series keep their dtype, scalars are
 * repeated, dicts are aligned by their keys; `columns` selects, and unknown names become NaN.
 * @throws ModelError FRAME_INVALID
 * @example
 * ```ts
 * frameFromColumns(new Map([['x', [1n, 2n]], ['y', 'same']]));
 * ```
 */
export function frameFromColumns(map: ReadonlyMap<Value, Value>, labels: FrameLabels = {}): Table {
  const wanted = axisLabels(labels.columns);
  const chosen = wanted === undefined ? map : pick(map, wanted);
  const { length, index } = rowsOf([...chosen.values()], labels.index);
  const columns = [...chosen.values()].map((value) => broadcast(columnFrom(value, length, index), length));
  const names = axisLabels([...chosen.keys()]) ?? [];
  if (wanted === undefined) return new Table(names, columns, length, index?.labels);
  const byKey = new Map([...chosen.keys()].map((key, i) => [labelKey(key), columns[i]] as const));
  return new Table(wanted, wanted.map((name) => byKey.get(labelKey(name)) ?? nanObjects(length)), length, index?.labels);
}

/**
 * `DataFrame(ndarray)` of one or two dimensions; columns keep the dtype (text becomes `str`, coarse time units seconds,
 * objects are inferred unless they are numbers).
 * @throws ModelError FRAME_INVALID
 */
export function frameFromTensor(tensor: Tensor, labels: FrameLabels = {}): Table {
  const [rows, width = 1] = tensor.shape;
  if (rows === undefined || tensor.shape.length > 2) fail(`an array of shape [${tensor.shape.join(', ')}] is not two-dimensional`);
  const columns = axisLabels(labels.columns) ?? Array.from({ length: width }, (_, j) => BigInt(j));
  if (columns.length !== width) fail(`${columns.length} columns were named for ${width}`);
  const index = rowIndex(labels.index);
  if (index && index.length !== rows) fail(`${rows} rows for an index of ${index.length}`);
  const parts = columns.map((_, j) => stride(tensor, j, width, rows));
  // Of an array, unlike of columns, pandas keeps numpy's bytes.
  return new Table(columns, tensor.dtype === 'bytes' ? parts.map((part) => ({ ...part, dtype: 'bytes' as const })) : parts, rows, index?.labels);
}

/** `DataFrame(series)`: one column under the Series' name (0 when it has none). */
export function frameFromSeries(series: Series): Table {
  return new Table([series.name ?? 0n], series.table.columns, series.table.length, series.table.index);
}

function fail(reason: string): never {
  throw new ModelError('FRAME_INVALID', { reason });
}

/** pandas' is_list_like: text and bytes are not. */
function isListLike(value: Value | undefined): boolean {
  return Array.isArray(value) || value instanceof Tuple || value instanceof Map || value instanceof PySet || value instanceof Series
    || (value instanceof Tensor && value.shape.length > 0);
}

/** A frame without data: NaN objects where the index has rows. */
export function emptyFrame(columns: readonly Label[], index?: Value): Table {
  const rows = rowIndex(index), length = rows?.length ?? 0;
  return new Table(columns, columns.map(() => nanObjects(length)), length, rows?.labels);
}

function nanObjects(length: number): Column {
  return column('object', new Array<Value>(length).fill(NaN));
}

/** Filling gaps must not make a small body a large table. */
function checkFill(size: number, cells: number): void {
  if (size > 4 * cells + 4_000_000) fail('most rows lack most of the columns');
}

function fromRecords(rows: readonly Value[], named: readonly Label[] | undefined, index: Value | undefined): Table {
  const records = rows.map(recordOf), names = named ?? recordKeys(records);
  const columns = names.map((name) => inferColumn(records.map((record) => cellOf(record, name))));
  return assemble(named ?? axisLabels(names as Value[]) ?? [], columns, rows.length, index);
}

function recordKeys(records: readonly ReadonlyMap<Value, Value>[]): Label[] {
  const keys = new Set<Value>();
  let cells = 0;
  for (const record of records) {
    cells += record.size;
    for (const key of record.keys()) keys.add(key);
  }
  checkFill(keys.size * records.length, cells);
  return [...keys];
}

function cellOf(record: ReadonlyMap<Value, Value>, name: Label): Value {
  const value = record.get(name);
  return value === undefined ? NaN : value;
}

/** Python's dict(x) of a row that is not a dict: a list of pairs, where text of two characters is a pair too. */
function recordOf(row: Value): ReadonlyMap<Value, Value> {
  if (row instanceof Map) return row;
  if (!isListLike(row) && typeof row !== 'string') fail('a row is not a dictionary as the first one is');
  return new Map(itemsOf(row).map((pair) => {
    const items = isListLike(pair) || typeof pair === 'string' ? itemsOf(pair) : [];
    if (items.length !== 2) fail('a row is not a dictionary as the first one is');
    return [items[0] ?? null, items[1] ?? null] as const;
  }));
}

/** The items Python's list(x) gives; a number or None has none and fails. */
function itemsOf(value: Value): Value[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return [...value];
  if (value instanceof Tuple || value instanceof PySet) return [...value.items];
  if (value instanceof Map) return [...value.keys()];
  if (value instanceof Series) return value.table.columns[0] ? valuesOf(value.table.columns[0]) : [];
  if (value instanceof Tensor && value.shape.length === 1) return Array.from({ length: value.size }, (_, i) => elementAt(value.dtype, value.values, i));
  return fail('a row is not a list as the first one is');
}

function fromLists(rows: readonly Value[], named: readonly Label[] | undefined, index: Value | undefined): Table {
  const lists = rows.map(itemsOf);
  let width = 0;
  for (const list of lists) width = Math.max(width, list.length);
  checkFill(width * rows.length, lists.reduce((sum, list) => sum + list.length, 0));
  if (named && named.length !== width) fail(`${named.length} columns were named, the rows have ${width}`);
  const kept = uniformArrays(rows);
  const columns = Array.from({ length: width }, (_, j) => (kept ? stack(kept, j) : inferColumn(lists.map((list) => (j < list.length ? (list[j] as Value) : null)))));
  return assemble(named ?? columns.map((_, j) => BigInt(j)), columns, rows.length, index);
}

/** Rows that are 1-d arrays of one dtype and length keep the dtype. */
function uniformArrays(rows: readonly Value[]): Tensor[] | undefined {
  const first = rows[0];
  if (!(first instanceof Tensor)) return undefined;
  return rows.every((row) => row instanceof Tensor && row.shape.length === 1 && row.dtype === first.dtype && row.size === first.size) ? (rows as Tensor[]) : undefined;
}

function stack(rows: readonly Tensor[], j: number): Column {
  const dtype = rows[0]?.dtype ?? 'object';
  const picked = rows.map((row) => stride(row, j, row.size, 1));
  if (dtype === 'object' || picked.some((col) => col.dtype !== picked[0]?.dtype)) return inferColumn(picked.flatMap(valuesOf));
  return concat(picked);
}

function concat(parts: readonly Column[]): Column {
  const first = parts[0] as Column, per = isComplex(first.dtype) ? 2 : 1;
  if (Array.isArray(first.values)) return { ...first, length: parts.length, values: parts.map((p) => (p.values as Value[])[0] ?? null) };
  // 64-bit storage wins over the narrow form of small integers.
  const wide = parts.find((p) => p.values instanceof BigInt64Array || p.values instanceof BigUint64Array) ?? first;
  const out = new (wide.values.constructor as new (n: number) => Float64Array)(parts.length * per);
  const big = wide.values instanceof BigInt64Array || wide.values instanceof BigUint64Array;
  parts.forEach((part, i) => {
    for (let k = 0; k < per; k++) out[i * per + k] = (big ? BigInt(part.values[k] as number | bigint) : part.values[k]) as number;
  });
  return column(first.dtype, out);
}

/** One column of a row-major array. */
function stride(tensor: Tensor, j: number, width: number, rows: number): Column {
  const { dtype, values } = tensor;
  if (dtype === 'object' || dtype === 'bytes' || dtype === 'str' || /64\[(?!s\]|ms|us|ns)/.test(dtype)) {
    const cells = Array.from({ length: rows }, (_, i) => elementAt(dtype, values, i * width + j));
    if (dtype === 'bytes') return column('object', cells);
    if (dtype === 'str') return column('str', cells as (string | null)[]);
    if (dtype === 'object') return inferColumn(cells, { numeric: false });
    return secondsColumn(tensor, cells.length, (i) => values[i * width + j] as bigint);
  }
  if (width === 1) return column(dtype, values);
  const per = isComplex(dtype) ? 2 : 1;
  const out = new (values.constructor as new (n: number) => Float64Array)(rows * per);
  for (let i = 0; i < rows; i++) for (let k = 0; k < per; k++) out[i * per + k] = values[(i * width + j) * per + k] as number;
  return column(dtype, out);
}

const MONTHS: Readonly<Record<string, number>> = { Y: 12, M: 1 };

/** Units that pandas does not keep become seconds. */
function secondsColumn(tensor: Tensor, length: number, at: (i: number) => bigint): Column {
  const date = tensor.dtype.startsWith('datetime'), unit = tensor.dtype.slice(tensor.dtype.indexOf('[') + 1, -1);
  const seconds = ({ m: 60n, h: 3600n, D: 86400n, W: 604800n } as Record<string, bigint>)[unit];
  const nat = -(2n ** 63n);
  const out = BigInt64Array.from({ length }, (_, i) => {
    const count = at(i);
    if (count === nat) return nat;
    if (seconds !== undefined) return count * seconds;
    if (!date || MONTHS[unit] === undefined) return fail(`${tensor.dtype} has no table form`);
    return BigInt(Date.UTC(1970, Number(count) * MONTHS[unit], 1)) / 1000n;
  });
  return column(date ? 'datetime64[s]' : 'timedelta64[s]', out);
}

/** Puts an index on nested rows; a single row is repeated over a longer index, as pandas does. */
function assemble(names: readonly Label[], columns: readonly Column[], length: number, index: Value | undefined): Table {
  const rows = rowIndex(index);
  if (rows === undefined || rows.length === length) return new Table(names, columns, length, rows?.labels);
  if (length !== 1) fail(`${length} rows for an index of ${rows.length}`);
  return new Table(names, columns.map((col) => broadcast(col, rows.length)), rows.length, rows.labels);
}

function broadcast(col: Column, length: number): Column {
  if (col.length === length || col.length !== 1) return col.length === length ? col : fail(`a column of ${col.length} values in a table of ${length} rows`);
  const per = isComplex(col.dtype) ? 2 : 1;
  if (Array.isArray(col.values)) return { ...col, length, values: new Array<Value>(length).fill((col.values as Value[])[0] ?? null) };
  const out = new (col.values.constructor as new (n: number) => Float64Array)(length * per);
  for (let i = 0; i < out.length; i++) out[i] = col.values[i % per] as number;
  return { ...col, length, values: out, validity: validityOf(length, () => isValid(col.validity, 0)) };
}

function pick(map: ReadonlyMap<Value, Value>, names: readonly Label[]): Map<Value, Value> {
  const keys = new Set(names.map(labelKey));
  return new Map([...map].filter(([key]) => keys.has(labelKey(key))));
}

type Rows = ReturnType<typeof rowIndex>;

/** The number of rows of dict data and its index: given, the union of dict keys, or the length of the lists. */
function rowsOf(values: readonly Value[], given: Value | undefined): { length: number; index: Rows } {
  const index = rowIndex(given);
  if (index) return { length: index.length, index };
  const dicts = values.filter((v) => v instanceof Map) as Map<Value, Value>[];
  const lengths = new Set(values.filter((v) => isListLike(v) && !(v instanceof Map)).map((v) => listLength(v)));
  if (dicts.length > 0 && lengths.size > 0) fail('dictionaries and lists are mixed as columns');
  if (dicts.length > 0) {
    const union = rowIndex(recordKeys(dicts));
    return { length: union?.length ?? 0, index: union };
  }
  if (lengths.size > 1) fail(`the columns have different lengths (${[...lengths].slice(0, 5).join(', ')})`);
  const [length] = lengths;
  if (length === undefined && values.length > 0) fail('every column is a scalar; give lists');
  return { length: length ?? 0, index: undefined };
}

function listLength(value: Value): number {
  if (value instanceof Tensor) return value.shape.length === 1 ? value.size : fail('a column is an array of more than one dimension');
  return value instanceof Series ? value.table.length : itemsOf(value).length;
}

function columnFrom(value: Value, length: number, index: Rows): Column {
  if (value instanceof Map) {
    const keys = index?.keys ?? [];
    return inferOrFloat(keys.map((key) => cellOf(value, key)));
  }
  if (value instanceof Series) return value.table.columns[0] ?? nanObjects(length);
  if (value instanceof Tensor && value.shape.length === 1) return stride(value, 0, 1, value.size);
  if (value instanceof Tensor && value.shape.length === 0) return repeated(scalarOf(value), length);
  if (isListLike(value)) return inferOrFloat(itemsOf(value));
  return repeated(value, length);
}

/** The one element of an array without dimensions, with its dtype. */
function scalarOf({ dtype, values }: Tensor): Value {
  const value = values[0];
  if (dtype === 'object' || dtype === 'str' || isComplex(dtype)) return elementAt(dtype, values, 0);
  return new Scalar(dtype, dtype === 'bool' ? value === 1 : dtype === 'int64' || dtype === 'uint64' ? BigInt(value as number) : (value as number));
}

/** A scalar as a column; one without rows still has the dtype of the scalar. */
function repeated(value: Value, length: number): Column {
  const one = inferColumn(new Array<Value>(Math.max(length, 1)).fill(value));
  return length > 0 ? one : { ...one, length: 0, values: one.values.slice(0, 0) };
}

/** An empty list is a float64 column in a dict, unlike elsewhere. */
function inferOrFloat(values: readonly Value[]): Column {
  return values.length === 0 ? column('float64', new Float64Array(0)) : inferColumn(values);
}
