/**
 * Cells of columns and tensors as Python values.
 * @module
 */
import { type Column, isValid, type Storage } from './column.ts';
import { type DType, isComplex, isDatetime, isFloat, isInteger, isTimedelta, NAT, timeUnit, type TimeUnit } from './dtype.ts';
import { Complex, DateTime, Duration, NA, NaT, type Value } from './values.ts';

const NS: Readonly<Partial<Record<TimeUnit, bigint>>> = {
  ns: 1n, us: 1000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n, D: 86_400_000_000_000n, W: 604_800_000_000_000n,
};

/**
 * The cell at `i` as pandas gives it in a column of objects: int (bigint), float (number), Timestamp, NaN for missing text,
 * NA in nullable columns.
 */
export function valueAt(col: Column, i: number): Value {
  if (!isValid(col.validity, i)) return col.nullable ? NA : NaN;
  if (col.dtype === 'category') {
    const code = col.values[i] as number;
    return code < 0 || !col.categories ? NaN : valueAt(col.categories, code);
  }
  const value = elementAt(col.dtype, col.values, i);
  if (value === null && (col.dtype === 'str' || col.dtype === 'bytes')) return col.nullable ? NA : NaN;
  if (value instanceof DateTime && col.tz !== undefined) return zoned(value, col.tz);
  return value;
}

/** The element at `i` of typed storage as a Python value; datetimes as Timestamps, timedeltas as pandas Timedeltas. */
export function elementAt(dtype: DType, values: Storage, i: number): Value {
  if (dtype === 'bool') return values[i] === 1;
  if (isInteger(dtype)) return BigInt(values[i] as number | bigint);
  if (isFloat(dtype)) return values[i] as number;
  if (isComplex(dtype)) return new Complex(values[2 * i] as number, values[2 * i + 1] as number);
  if (isDatetime(dtype) || isTimedelta(dtype)) {
    const count = values[i] as bigint;
    if (count === NAT) return NaT;
    const ns = count * (NS[timeUnit(dtype)] ?? 1n);
    return isDatetime(dtype) ? new DateTime('timestamp', ns) : new Duration('pandas', ns);
  }
  return values[i] as Value;
}

/** Every cell of a column as a Python value. */
export function valuesOf(col: Column): Value[] {
  return Array.from({ length: col.length }, (_, i) => valueAt(col, i));
}

/** A UTC moment as wall-clock time of a fixed-offset zone; a named zone's offset is not known here and counts as UTC. */
function zoned(utc: DateTime, tz: string): DateTime {
  const match = /^UTC(?:([+-])(\d\d):(\d\d))?$/.exec(tz);
  const seconds = match?.[1] ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3]) * 60) : 0;
  return new DateTime('timestamp', utc.ns + BigInt(seconds) * 1_000_000_000n, seconds);
}
