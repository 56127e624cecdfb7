/**
 * Casting one column without safety, as MLflow's server does before enforcement (Series.astype, to_datetime, base64).
 * @module
 */
import { type Column, column } from '../data/column.ts';
import { parseIso } from '../data/datetime.ts';
import { type DType, integerRange, isDatetime, isFloat, isInteger, isTimedelta, NAT, timeUnit } from '../data/dtype.ts';
import { castStorage } from '../data/numpy-cast.ts';
import { changeUnit } from '../data/numpy-datetime.ts';
import { pythonInt } from '../data/python-number.ts';
import { pythonStr } from '../data/python-text.ts';
import { valuesOf } from '../data/value-at.ts';
import type { Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { numpyTypeOf, type ScalarType } from '../schema/data-types.ts';
import { hasLoneSurrogate, lenientBase64 } from './base64.ts';
import { toDatetime } from './to-datetime.ts';

/** Gives the cast column, or throws with the reason as its message. */
export type ColumnCast = (col: Column) => Column;

/** Why a cast failed; the caller adds the column's name. */
export function castFailure(reason: string): never {
  throw new ModelError('REQUEST_INVALID', { reason });
}

/** The cast to a column type of a schema. */
export function scalarCast(type: ScalarType): ColumnCast {
  switch (type) {
    case 'string': return (col) => (col.dtype === 'str' ? col : asObjects(col));
    case 'binary': return fromBase64;
    case 'datetime': return (col) => {
      const result = toDatetime(col);
      return typeof result === 'string' ? castFailure(result) : result;
    };
    default: {
      const dtype = numpyTypeOf(type);
      return (col) => asDType(col, dtype);
    }
  }
}

/** The cast to the dtype of a tensor specification; a column whose first cell is a list passes. */
export function tensorCast(dtype: DType): ColumnCast {
  if (dtype === 'bytes') return encodeText;
  return (col) => {
    if (col.length === 0) return castFailure('there are no rows');
    if (col.dtype === 'object' && Array.isArray(col.values[0])) return col;
    if (dtype === 'object' || dtype === 'str') return col.dtype === 'str' ? col : dtype === 'object' ? asObjects(col) : column('object', valuesOf(col).map(pythonStr));
    return asDType(col, dtype);
  };
}

function asObjects(col: Column): Column {
  return col.dtype === 'object' ? col : column('object', valuesOf(col));
}

function mapText(col: Column, map: (text: string) => Uint8Array | undefined, reason: string): Column {
  if (col.length === 0) return col;
  return column('object', valuesOf(col).map((value) => {
    const bytes = typeof value === 'string' ? map(value) : castFailure('a value is not text');
    return bytes ?? castFailure(reason);
  }));
}

function fromBase64(col: Column): Column {
  return mapText(col, lenientBase64, 'text is not valid base64');
}

const UTF8 = new TextEncoder();

function encodeText(col: Column): Column {
  return mapText(col, (text) => (hasLoneSurrogate(text) ? undefined : UTF8.encode(text)), 'text has surrogates on their own');
}

/** `Series.astype(dtype)`. */
function asDType(col: Column, dtype: DType): Column {
  if (col.dtype === dtype) return col;
  if (isDatetime(dtype) || isTimedelta(dtype)) return asTime(col, dtype);
  if (col.dtype === 'str') return fromText(col.values as (string | null)[], dtype);
  if (isFloat(col.dtype) && isInteger(dtype)) checkFinite(col.values as Float64Array, dtype);
  return column(dtype, castStorage(col.dtype, col.values, dtype));
}

function checkFinite(values: Float64Array, dtype: DType): void {
  const unsigned = dtype.startsWith('u');
  for (const x of values) {
    if (!Number.isFinite(x)) castFailure('a value is missing or not finite');
    if (unsigned && x < 0) castFailure('a value is negative');
  }
}

/** Text is parsed as Python does it; missing is NaN, and true. */
function fromText(values: readonly (string | null)[], dtype: DType): Column {
  const items: Value[] = values.map((v) => v ?? NaN);
  return column(dtype, castStorage('object', items, dtype));
}

function asTime(col: Column, dtype: DType & `${string}64[${string}]`): Column {
  const unit = timeUnit(dtype as `datetime64[ns]`), kept = ['s', 'ms', 'us', 'ns'].includes(unit) ? unit : 's';
  if (col.dtype !== 'str' && col.dtype !== 'object') {
    const out = castStorage(col.dtype, col.values, dtype) as BigInt64Array;
    if (kept === unit) return column(dtype, out);
    return isDatetime(dtype) ? column('datetime64[s]', out.map((v) => changeUnit(v, dtype, 's'))) : castFailure(`${dtype} has no table form`);
  }
  if (!isDatetime(dtype)) return asSpan(col, dtype);
  if (kept !== unit) return castFailure(`${dtype} has no table form`);
  return column(`datetime64[${kept}]`, BigInt64Array.from(valuesOf(col), (value) => {
    if (typeof value === 'bigint') return value >= integerRange('int64')[0] && value <= integerRange('int64')[1] ? value : castFailure('a number is out of range');
    if (value === null || value !== value || value === '' || value === 'NaT' || value === 'nan') return NAT;
    const moment = typeof value === 'string' ? parseIso(value.trim()) : undefined;
    if (moment === undefined || moment.offset !== null) return castFailure('a value is not an ISO date without offset');
    return changeUnit(moment.ns, 'datetime64[ns]', kept);
  }));
}

/** Time spans from counts of nanoseconds, as numbers or as text. */
function asSpan(col: Column, dtype: DType): Column {
  if (dtype !== 'timedelta64[ns]') return castFailure(`${dtype} is not read from text or objects`);
  return column(dtype, BigInt64Array.from(valuesOf(col), (value) => {
    if (value === null || value !== value || value === '' || value === 'NaT' || value === 'nan') return NAT;
    const count = typeof value === 'bigint' ? value : typeof value === 'string' ? pythonInt(value) : undefined;
    if (count === undefined || count < integerRange('int64')[0] || count > integerRange('int64')[1]) return castFailure('a value is not a count of nanoseconds');
    return count;
  }));
}
