/**
 * Tables from Apache Arrow data in memory, without the package: only the shape of its objects is known here.
 * Numbers, datetimes and validity are taken over without copying where a column is one chunk and the layouts agree.
 * Layout: https://arrow.apache.org/docs/format/Columnar.html; type ids as in apache-arrow's `Type`.
 * @module
 */
import { ModelError } from '../errors/model-error.ts';
import { type Column, column, isValid, type Storage, validityOf } from './column.ts';
import { type DType, NAT } from './dtype.ts';
import { Table } from './table.ts';
import type { Value } from './values.ts';

/** An Arrow type, as far as it is read. */
export interface ArrowType {
  readonly typeId: number;
  readonly bitWidth?: number;
  readonly isSigned?: boolean;
  readonly precision?: number;
  readonly unit?: number;
  readonly timezone?: string | null;
  readonly children?: readonly { readonly name: string; readonly type: ArrowType }[] | null;
  readonly dictionary?: ArrowType;
}

/** One chunk of an Arrow vector. */
export interface ArrowData {
  readonly type: ArrowType;
  readonly length: number;
  readonly offset: number;
  readonly nullCount: number;
  readonly values?: unknown;
  readonly valueOffsets?: unknown;
  readonly nullBitmap?: Uint8Array | null;
}

/** An Arrow vector. */
export interface ArrowVector {
  readonly type: ArrowType;
  readonly length: number;
  readonly data: readonly ArrowData[];
  get(i: number): unknown;
}

/** An Arrow Table or RecordBatch. */
export interface ArrowTable {
  readonly numRows: number;
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: ArrowType }[] };
  getChildAt(i: number): ArrowVector | null;
}

/** True for an apache-arrow Table or RecordBatch of any copy of that package. */
export function isArrowTable(value: unknown): value is ArrowTable {
  const table = value as Partial<ArrowTable> | null;
  return typeof table === 'object' && table !== null && typeof table.numRows === 'number' && typeof table.getChildAt === 'function' && Array.isArray(table.schema?.fields);
}

/** True for an apache-arrow Vector of any copy of that package. */
export function isArrowVector(value: unknown): value is ArrowVector {
  const vector = value as Partial<ArrowVector> | null;
  return typeof vector === 'object' && vector !== null && typeof vector.get === 'function' && Array.isArray(vector.data) && typeof vector.type?.typeId === 'number';
}

/**
 * A table of an apache-arrow Table or RecordBatch. Dictionary columns are decoded, dates become seconds, lists, structs and
 * maps object cells.
 *
 * @throws ModelError ARROW_TYPE_UNSUPPORTED
 * @example
 * ```ts
 * tableFromArrow(tableFromArrays({ x: Float64Array.of(1, 2) }));
 * ```
 */
export function tableFromArrow(given: ArrowTable): Table {
  const { fields } = given.schema;
  const columns = fields.map((field, i) => {
    const vector = given.getChildAt(i);
    if (!vector) throw new ModelError('ARROW_TYPE_UNSUPPORTED', { column: field.name, type: 'a column without data' });
    return columnFromArrow(vector, field.name);
  });
  return new Table(fields.map((field) => field.name), columns, given.numRows);
}

/** A column of an Arrow vector; `name` is for the error. */
export function columnFromArrow(vector: ArrowVector, name: string): Column {
  const { type, length } = vector;
  switch (type.typeId) {
    case NULL: return column('object', Array.from({ length }, () => null));
    case INT: return integers(vector, `${type.isSigned ? 'int' : 'uint'}${type.bitWidth ?? 64}` as DType);
    case FLOAT: return floats(vector, type.precision ?? 2);
    case BOOL: return column('bool', Uint8Array.from({ length }, (_, i) => (vector.get(i) === true ? 1 : 0)), { validity: validity(vector) });
    case UTF8: case LARGE_UTF8: return column('str', Array.from({ length }, (_, i) => vector.get(i) as string | null));
    case BINARY: case LARGE_BINARY: case FIXED_BINARY: return column('bytes', Array.from({ length }, (_, i) => vector.get(i) as Uint8Array | null));
    case DATE: return dates(vector);
    case TIMESTAMP: return moments(vector, `datetime64[${UNITS[type.unit ?? 3] ?? 'ns'}]`, type.timezone ?? undefined);
    case DURATION: return moments(vector, `timedelta64[${UNITS[type.unit ?? 3] ?? 'ns'}]`);
    case DICTIONARY: return decoded(vector, name);
    case LIST: case FIXED_LIST: case STRUCT: case MAP: return column('object', Array.from({ length }, (_, i) => cellFrom(type, vector.get(i), name)));
    default: return unsupported(name, type);
  }
}

const NULL = 1, INT = 2, FLOAT = 3, BINARY = 4, UTF8 = 5, BOOL = 6, DATE = 8, TIMESTAMP = 10, LIST = 12, STRUCT = 13, FIXED_BINARY = 15, FIXED_LIST = 16, MAP = 17, DURATION = 18;
const LARGE_BINARY = 19, LARGE_UTF8 = 20, DICTIONARY = -1;
const UNITS = ['s', 'ms', 'us', 'ns'] as const;

function unsupported(name: string, type: ArrowType): never {
  throw new ModelError('ARROW_TYPE_UNSUPPORTED', { column: name, type: String(type) });
}

/** Bits of all chunks; null when every value is there. */
function validity(vector: ArrowVector): Uint8Array | null {
  const [only, ...more] = vector.data;
  if (vector.data.every((chunk) => chunk.nullCount === 0)) return null;
  if (only?.nullBitmap && more.length === 0 && only.offset === 0) return only.nullBitmap.subarray(0, (vector.length + 7) >> 3);
  const present: boolean[] = [];
  for (const chunk of vector.data) for (let i = 0; i < chunk.length; i++) present.push(chunk.nullCount === 0 || isValid(chunk.nullBitmap ?? null, chunk.offset + i));
  return validityOf(vector.length, (i) => present[i] === true);
}

type TypedArray = Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array | BigInt64Array | BigUint64Array;

/** The numbers of all chunks: those of the only one as they are, else copied. */
function numbers(vector: ArrowVector, fresh: new (length: number) => TypedArray): TypedArray {
  const [only, ...more] = vector.data;
  if (only && more.length === 0 && only.values instanceof fresh) return only.values.subarray(0, vector.length);
  const out = new fresh(vector.length);
  let at = 0;
  for (const chunk of vector.data) {
    out.set((chunk.values as Float64Array).subarray(0, chunk.length) as never, at);
    at += chunk.length;
  }
  return out;
}

const INTEGER_ARRAYS: Readonly<Record<string, new (length: number) => TypedArray>> = {
  int8: Int8Array, int16: Int16Array, int32: Int32Array, int64: BigInt64Array, uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, uint64: BigUint64Array,
};

function integers(vector: ArrowVector, dtype: DType): Column {
  return column(dtype, numbers(vector, INTEGER_ARRAYS[dtype] ?? BigInt64Array), { validity: validity(vector) });
}

function floats(vector: ArrowVector, precision: number): Column {
  const dtype = (['float16', 'float32', 'float64'] as const)[precision] ?? 'float64', bits = validity(vector);
  const stored = precision === 0 ? Float32Array.from(numbers(vector, Uint16Array) as Uint16Array, halfOf) : (numbers(vector, precision === 1 ? Float32Array : Float64Array) as Float64Array);
  return column(dtype, bits === null ? stored : stored.map((x, i) => (isValid(bits, i) ? x : NaN)));
}

/** The number of a half-precision float's bits. */
function halfOf(bits: number): number {
  const exponent = (bits >> 10) & 31, fraction = bits & 1023, sign = bits & 32768 ? -1 : 1;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

function moments(vector: ArrowVector, dtype: DType, tz?: string): Column {
  const bits = validity(vector), stored = numbers(vector, BigInt64Array) as BigInt64Array;
  const values = bits === null ? stored : stored.map((v, i) => (isValid(bits, i) ? v : NAT));
  return column(dtype, values, tz === undefined ? {} : { tz });
}

function dates(vector: ArrowVector): Column {
  if (vector.type.unit !== 0) return moments(vector, 'datetime64[ms]');
  const days = numbers(vector, Int32Array) as Int32Array, bits = validity(vector);
  return column('datetime64[s]', BigInt64Array.from(days, (d, i) => (isValid(bits, i) ? BigInt(d) * 86_400n : NAT)));
}

function decoded(vector: ArrowVector, name: string): Column {
  const inner = vector.type.dictionary;
  if (!inner) return unsupported(name, vector.type);
  const cells = Array.from({ length: vector.length }, (_, i) => vector.get(i));
  if (inner.typeId === UTF8 || inner.typeId === LARGE_UTF8) return column('str', cells as (string | null)[]);
  return column('object', cells.map((cell) => cellFrom(inner, cell, name)) as Storage & Value[]);
}

/** A cell of a nested type: lists as arrays, structs and maps as Maps. */
function cellFrom(type: ArrowType, cell: unknown, name: string): Value {
  if (cell === null || cell === undefined) return null;
  const children = type.children ?? [];
  switch (type.typeId) {
    case INT: return BigInt(cell as number | bigint);
    case FLOAT: case BOOL: case UTF8: case LARGE_UTF8: case BINARY: case LARGE_BINARY: case FIXED_BINARY: return cell as Value;
    case LIST: case FIXED_LIST: {
      const item = children[0]?.type, list = cell as ArrowVector;
      return Array.from({ length: list.length }, (_, i) => cellFrom(item ?? list.type, list.get(i), name));
    }
    case STRUCT: {
      const row = cell as Readonly<Record<string, unknown>>;
      return new Map<Value, Value>(children.map((child) => [child.name, cellFrom(child.type, row[child.name], name)] as const));
    }
    case MAP: {
      const value = children[0]?.type.children?.[1]?.type ?? type;
      return new Map<Value, Value>([...(cell as Iterable<[string, unknown]>)].map(([key, item]) => [key, cellFrom(value, item, name)] as const));
    }
    default: return unsupported(name, type);
  }
}
