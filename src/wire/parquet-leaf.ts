/**
 * Values of Parquet columns to table columns, as pyarrow hands them to pandas.
 * @module
 */
import { type Column, column, integerStorage, validityOf } from '../data/column.ts';
import { type DType, NAT, type TimeUnit } from '../data/dtype.ts';
import { DateTime, Decimal, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';

/** What a leaf of the Parquet schema holds. */
export type LeafKind =
  | { readonly kind: 'bool' | 'float16' | 'float32' | 'float64' | 'text' | 'bytes' | 'date' | 'null' | 'int96' }
  | { readonly kind: 'int'; readonly dtype: 'int8' | 'int16' | 'int32' | 'int64' | 'uint8' | 'uint16' | 'uint32' | 'uint64' }
  | { readonly kind: 'timestamp'; readonly unit: 'ms' | 'us' | 'ns'; readonly utc: boolean }
  | { readonly kind: 'duration'; readonly unit: TimeUnit }
  | { readonly kind: 'time'; readonly unit: 'ms' | 'us' | 'ns' }
  | { readonly kind: 'decimal'; readonly scale: number };

/** Raw values of a leaf: numbers, bigints, booleans, text, bytes; null or undefined where missing. */
export type Raw = ArrayLike<unknown>;

/** The parts of a schema element that tell its kind. */
export interface LeafElement {
  readonly type?: string | undefined;
  readonly converted_type?: string | undefined;
  readonly logical_type?: { readonly type: string; readonly unit?: string; readonly isAdjustedToUTC?: boolean; readonly bitWidth?: number; readonly isSigned?: boolean; readonly scale?: number } | undefined;
  readonly scale?: number | undefined;
}

const UNITS = { MILLIS: 'ms', MICROS: 'us', NANOS: 'ns' } as const;

/** The kind of a leaf from its logical type, its older converted type, or its physical type. */
export function leafKind(element: LeafElement): LeafKind {
  const { type, converted_type: converted, logical_type: logical } = element;
  const unit = UNITS[(logical?.unit ?? (converted?.endsWith('MICROS') ? 'MICROS' : 'MILLIS')) as keyof typeof UNITS] ?? 'ms';
  switch (logical?.type ?? converted) {
    case 'STRING': case 'UTF8': case 'ENUM': case 'JSON': return { kind: 'text' };
    case 'TIMESTAMP': return { kind: 'timestamp', unit, utc: logical?.isAdjustedToUTC ?? true };
    case 'TIMESTAMP_MILLIS': case 'TIMESTAMP_MICROS': return { kind: 'timestamp', unit, utc: true };
    case 'TIME': case 'TIME_MILLIS': case 'TIME_MICROS': return { kind: 'time', unit };
    case 'DATE': return { kind: 'date' };
    case 'DECIMAL': return { kind: 'decimal', scale: logical?.scale ?? element.scale ?? 0 };
    case 'FLOAT16': return { kind: 'float16' };
    case 'NULL': case 'UNKNOWN': return { kind: 'null' };
    case 'INTEGER': return { kind: 'int', dtype: `${logical?.isSigned === false ? 'u' : ''}int${logical?.bitWidth ?? 32}` as 'int32' };
    case 'INT_8': case 'INT_16': case 'INT_32': case 'INT_64': return { kind: 'int', dtype: `int${(converted ?? '').slice(4)}` as 'int32' };
    case 'UINT_8': case 'UINT_16': case 'UINT_32': case 'UINT_64': return { kind: 'int', dtype: `uint${(converted ?? '').slice(5)}` as 'uint32' };
    case 'INTERVAL': case 'BSON': throw new ModelError('PARQUET_INVALID', { reason: `columns of the type ${String(logical?.type ?? converted)} are not supported` });
    default: return physicalKind(type);
  }
}

function physicalKind(type: string | undefined): LeafKind {
  switch (type) {
    case 'BOOLEAN': return { kind: 'bool' };
    case 'INT32': return { kind: 'int', dtype: 'int32' };
    case 'INT64': return { kind: 'int', dtype: 'int64' };
    case 'INT96': return { kind: 'int96' };
    case 'FLOAT': return { kind: 'float32' };
    case 'DOUBLE': return { kind: 'float64' };
    default: return { kind: 'bytes' };
  }
}

/** A column of the kind's dtype; integers with gaps are float64, other gaps as the dtype marks them. */
export function leafColumn(leaf: LeafKind, raw: Raw): Column {
  const list = Array.from(raw, (v) => v ?? null);
  switch (leaf.kind) {
    case 'bool': return list.includes(null) ? column('object', list as Value[]) : column('bool', Uint8Array.from(list, (v) => (v ? 1 : 0)));
    case 'int': return integers(leaf.dtype, list);
    case 'float16': return column('float16', Float32Array.from(list, (v) => (v instanceof Uint8Array ? halfOf(v) : NaN)));
    case 'float32': return column('float32', Float32Array.from(list, (v) => (v === null ? NaN : (v as number))));
    case 'float64': return column('float64', Float64Array.from(list, (v) => (v === null ? NaN : (v as number))));
    case 'text': return column('str', list as (string | null)[]);
    case 'int96': return moments('datetime64[ns]', list);
    case 'timestamp': return { ...moments(`datetime64[${leaf.unit}]`, list), ...(leaf.utc ? { tz: 'UTC' } : {}) };
    case 'duration': return moments(`timedelta64[${leaf.unit}]`, list);
    default: return column('object', list.map((v) => objectOf(leaf, v)));
  }
}

/** The same values as Python objects, as they stand inside lists and dicts: gaps are None, and make integers floats. */
export function leafObjects(leaf: LeafKind, raw: Raw): Value[] {
  const list = Array.from(raw, (v) => v ?? null);
  if (leaf.kind !== 'int') return leaf.kind === 'text' || leaf.kind === 'bool' ? (list as Value[]) : list.map((v) => objectOf(leaf, v));
  const gaps = list.includes(null), unsigned = leaf.dtype === 'uint64' || leaf.dtype === 'uint32' ? Number(leaf.dtype.slice(4)) : 0;
  return list.map((v) => {
    if (v === null) return null;
    const whole = unsigned ? BigInt.asUintN(unsigned, BigInt(v as number | bigint)) : BigInt(v as number | bigint);
    return gaps ? Number(whole) : whole;
  });
}

/** A nullable column (Int64, boolean, string …): gaps are NA. */
export function nullableColumn(leaf: LeafKind, raw: Raw): Column {
  const list = Array.from(raw, (v) => v ?? null);
  if (leaf.kind === 'text') return column('str', list as (string | null)[], { nullable: true });
  const zero = leaf.kind === 'bool' ? false : 0;
  const filled = leafColumn(leaf, list.map((v) => v ?? zero));
  return { ...filled, nullable: true, validity: validityOf(list.length, (i) => list[i] !== null) };
}

const NARROW = { int8: Int8Array, int16: Int16Array, int32: Int32Array, uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array } as const;

function integers(dtype: (LeafKind & { kind: 'int' })['dtype'], list: readonly unknown[]): Column {
  const wide = (v: unknown): bigint => (dtype === 'uint64' ? BigInt.asUintN(64, BigInt(v as bigint)) : BigInt(v as bigint));
  const unsigned = (v: unknown): number => (dtype === 'uint32' ? Number(v) >>> 0 : Number(v));
  if (list.includes(null)) {
    return column('float64', Float64Array.from(list, (v) => (v === null ? NaN : dtype === 'int64' || dtype === 'uint64' ? Number(wide(v)) : unsigned(v))));
  }
  if (dtype === 'int64' || dtype === 'uint64') return column(dtype, integerStorage(dtype, list.map(wide)));
  return column(dtype, NARROW[dtype].from(list as number[]));
}

function moments(dtype: DType, list: readonly unknown[]): Column {
  return column(dtype, BigInt64Array.from(list, (v) => (v === null ? NAT : BigInt(v as bigint | number))));
}

const UNIT_NS = { ms: 1_000_000n, us: 1000n, ns: 1n } as const;

function objectOf(leaf: LeafKind, v: unknown): Value {
  if (v === null) return null;
  switch (leaf.kind) {
    case 'date': return new DateTime('date', BigInt(v as number) * 86_400_000_000_000n);
    case 'time': return new DateTime('time', BigInt(v as number | bigint) * UNIT_NS[leaf.unit]);
    case 'decimal': return new Decimal(decimalText(v as number | bigint | Uint8Array, leaf.scale));
    case 'timestamp': return new DateTime('timestamp', BigInt(v as bigint) * UNIT_NS[leaf.unit], leaf.utc ? 0 : null);
    case 'float16': return halfOf(v as Uint8Array);
    case 'null': return null;
    default: return v as Value;
  }
}

function decimalText(v: number | bigint | Uint8Array, scale: number): string {
  let unscaled = v instanceof Uint8Array ? 0n : BigInt(v);
  if (v instanceof Uint8Array) {
    for (const byte of v) unscaled = (unscaled << 8n) | BigInt(byte);
    unscaled = BigInt.asIntN(8 * v.length, unscaled);
  }
  if (scale <= 0) return String(unscaled);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function halfOf(bytes: Uint8Array): number {
  const bits = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8), exponent = (bits >> 10) & 31, fraction = bits & 1023;
  const size = exponent === 31 ? (fraction ? NaN : Infinity) : exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}
