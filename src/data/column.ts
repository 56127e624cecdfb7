/**
 * One column of values in columnar storage.
 * @module
 */
import { type DType, isComplex, isDatetime, isFloat, isTimedelta, NAT } from './dtype.ts';
import { Missing, NA, type Value } from './values.ts';

/**
 * Storage of a dtype: bool Uint8Array; int8…uint32 the typed array of that name; int64/uint64 a Float64Array while every
 * value is a safe integer, else BigInt64Array/BigUint64Array; float16 and float32 Float32Array; float64 Float64Array;
 * complex a Float64Array of re, im pairs; datetime64/timedelta64 BigInt64Array in the dtype's unit; str, bytes and object
 * plain arrays; category an Int32Array of codes, -1 for missing.
 */
export type Storage =
  | Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array
  | BigInt64Array | BigUint64Array | (string | null)[] | (Uint8Array | null)[] | Value[];

/** A column. Floats mark missing by NaN, datetimes by NaT, text and bytes by null; other dtypes by `validity`. */
export interface Column {
  readonly dtype: DType;
  readonly length: number;
  readonly values: Storage;
  /** Arrow's validity bitmap (least significant bit first, 1 is valid), or null when every value is valid. */
  readonly validity: Uint8Array | null;
  /** Time zone of a datetime column (`UTC`, `UTC+02:00`, an IANA name); values are then UTC. */
  readonly tz?: string;
  /** A pandas extension column (Int64, Float64, boolean, string): its missing value is NA. */
  readonly nullable?: boolean;
  /** Of a category column. */
  readonly categories?: Column;
  readonly ordered?: boolean;
}

type NumericArray = Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

const CONSTRUCTORS: Readonly<Partial<Record<DType, new (length: number) => NumericArray>>> = {
  bool: Uint8Array, int8: Int8Array, int16: Int16Array, int32: Int32Array, uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array,
  int64: Float64Array, uint64: Float64Array, float16: Float32Array, float32: Float32Array, float64: Float64Array,
};

/** Fresh storage for `length` values of a dtype; int64 and uint64 start as Float64Array. */
export function allocate(dtype: DType, length: number): Storage {
  const make = CONSTRUCTORS[dtype];
  if (make) return new make(length);
  if (isComplex(dtype)) return new Float64Array(2 * length);
  if (isDatetime(dtype) || isTimedelta(dtype)) return new BigInt64Array(length).fill(NAT);
  if (dtype === 'category') return new Int32Array(length).fill(-1);
  return new Array<null>(length).fill(null);
}

/** A column over storage that already fits. */
export function column(dtype: DType, values: Storage, extra: Partial<Omit<Column, 'dtype' | 'values'>> = {}): Column {
  return { dtype, length: extra.length ?? (isComplex(dtype) ? values.length / 2 : values.length), values, validity: extra.validity ?? null, ...extra };
}

/** int64 or uint64 storage for exact integers: a Float64Array where all are safe, else 64-bit. */
export function integerStorage(dtype: 'int64' | 'uint64', values: readonly bigint[]): Float64Array | BigInt64Array | BigUint64Array {
  const safe = values.every((v) => v <= 9007199254740991n && v >= -9007199254740991n);
  if (safe) return Float64Array.from(values, Number);
  return dtype === 'int64' ? BigInt64Array.from(values) : BigUint64Array.from(values);
}

/** True where the value at `i` is there (bitmap only; NaN, NaT and null have their own marks). */
export function isValid(validity: Uint8Array | null, i: number): boolean {
  return validity === null || ((validity[i >> 3] ?? 0) & (1 << (i & 7))) !== 0;
}

/** A bitmap from a test of each index; null when all are valid. */
export function validityOf(length: number, valid: (i: number) => boolean): Uint8Array | null {
  let bits: Uint8Array | null = null;
  for (let i = 0; i < length; i++) {
    if (valid(i)) continue;
    bits ??= new Uint8Array((length + 7) >> 3).fill(255);
    bits[i >> 3] = (bits[i >> 3] ?? 0) & ~(1 << (i & 7));
  }
  return bits;
}

/** True when the value at `i` is missing by any mark of its dtype. */
export function isMissing(col: Column, i: number): boolean {
  if (!isValid(col.validity, i)) return true;
  const v = col.values[i];
  if (isFloat(col.dtype)) return v !== v;
  if (isComplex(col.dtype)) return Number.isNaN(col.values[2 * i] as number) || Number.isNaN(col.values[2 * i + 1] as number);
  if (isDatetime(col.dtype) || isTimedelta(col.dtype)) return v === NAT;
  if (col.dtype === 'category') return (v as number) < 0;
  return v === null || v === undefined || v instanceof Missing || (col.dtype === 'object' && v !== v);
}

/**
 * The value at `i` for JavaScript: integers as number where safe, else bigint; booleans; datetimes as bigint in the
 * column's unit; missing as null except in float columns (NaN); object cells as they are.
 */
export function cell(col: Column, i: number): unknown {
  if (!isValid(col.validity, i)) return col.nullable ? NA : null;
  const v = col.values[i];
  switch (col.dtype) {
    case 'bool': return v === 1;
    case 'int64': case 'uint64': return typeof v === 'bigint' && v <= 9007199254740991n && v >= -9007199254740991n ? Number(v) : v;
    case 'complex64': case 'complex128': return [col.values[2 * i], col.values[2 * i + 1]];
    case 'category': return (v as number) < 0 || !col.categories ? null : cell(col.categories, v as number);
    default: return v;
  }
}
