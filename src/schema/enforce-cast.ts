/**
 * The casts that MLflow counts as safe for one typed column (mlflow/models/utils.py, _enforce_mlflow_datatype).
 * @module
 */
import { allocate, type Column, column, isMissing, isValid } from '../data/column.ts';
import { convertUnit, fitNs, parseIso } from '../data/datetime.ts';
import { isDatetime, isFloat, isInteger, NAT } from '../data/dtype.ts';
import { inferColumn } from '../data/infer-column.ts';
import { kindOf } from '../data/numpy-item.ts';
import { pythonFloat } from '../data/python-number.ts';
import { DateTime, Decimal, Missing, Scalar, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { numpyTypeOf, type ScalarType } from './data-types.ts';

/** dtype of a column in words: `Int64` is pandas' nullable one. */
export function dtypeWords(col: Column): string {
  if (col.tz !== undefined) return col.dtype.replace(']', `, ${col.tz}]`);
  return col.nullable ? `nullable ${col.dtype}` : col.dtype;
}

/**
 * Casts a column to a scalar type as MLflow does; the very same column where nothing changes.
 *
 * Widening within a kind, integers of up to 32 bits to double, int64 of only 0 and 1 to float and double, datetimes of any
 * unit. Cells of objects are judged by what pandas infers for them; string and binary take objects unseen.
 *
 * @param name the column's label in words, for the error
 * @throws ModelError INPUT_TYPE_INVALID
 */
export function castColumn(name: string, given: Column, type: ScalarType): Column {
  const wanted = numpyTypeOf(type), plain = !given.nullable && given.tz === undefined;
  // pandas keeps numpy's bytes only up to the new frame, and only binary takes them.
  if (given.dtype === 'bytes') return type === 'binary' ? { ...given, dtype: 'object' } : refuse(name, given, type);
  if (given.dtype === wanted && plain) return given;
  if (type === 'string' || type === 'binary') return castText(name, given, type);
  const col = given.dtype === 'object' ? inferObjects(given) : given;
  if (col.dtype === wanted && !col.nullable && col.tz === undefined) return col;
  if (type === 'datetime') return castDatetime(name, col);
  if (col.dtype === 'object') return castObjects(name, col, type);
  if (widens(col, type)) return withoutMask(name, col, type);
  if (col.dtype === 'int64' && !col.nullable && (type === 'float' || type === 'double') && onlyBits(col)) return convert(col, type);
  return refuse(name, col, type, hintFor(col, type));
}

/** Series.infer_objects(), which unlike the constructors leaves a column of nothing but missing cells as it is. */
export function inferObjects(col: Column): Column {
  const values = col.values as Value[];
  return values.every((v) => v === null || v instanceof Missing) ? col : inferColumn(values);
}

function refuse(name: string, col: Column, type: ScalarType, hint = ''): never {
  throw new ModelError('INPUT_TYPE_INVALID', { column: name, given: `${dtypeWords(col)}.${hint}`.replace(/\.$/, ''), expected: type });
}

/** Text and objects pass as they are, whatever the objects hold. */
function castText(name: string, col: Column, type: 'string' | 'binary'): Column {
  return col.dtype === 'str' || col.dtype === 'object' ? col : refuse(name, col, type);
}

const WIDTH: Readonly<Record<string, number>> = { int8: 1, uint8: 1, int16: 2, uint16: 2, float16: 2, int32: 4, uint32: 4, float32: 4, int64: 8, uint64: 8, float64: 8 };

function widens(col: Column, type: ScalarType): boolean {
  const { dtype } = col, width = WIDTH[dtype] ?? 0;
  switch (type) {
    case 'boolean': return dtype === 'bool';
    case 'integer': return isInteger(dtype) && (dtype.startsWith('u') ? width < 4 : width <= 4);
    case 'long': return isInteger(dtype) && (dtype.startsWith('u') ? width < 8 : width <= 8);
    case 'float': return isFloat(dtype) && width <= 4;
    case 'double': return isFloat(dtype) || (isInteger(dtype) && width <= 4);
    default: return false;
  }
}

/** pandas' nullable columns become plain ones; floats take NaN for NA, other types refuse it. */
function withoutMask(name: string, col: Column, type: ScalarType): Column {
  if (col.validity === null) return convert(col, type);
  if (type !== 'float' && type !== 'double') return refuse(name, col, type, ' It has missing values.');
  return convert(col, type);
}

function convert(col: Column, type: ScalarType): Column {
  const dtype = numpyTypeOf(type), out = allocate(dtype, col.length) as Float64Array, values = col.values as Float64Array;
  if (col.values instanceof BigInt64Array) return column(dtype, col.values);
  for (let i = 0; i < col.length; i++) out[i] = isValid(col.validity, i) ? (values[i] as number) : NaN;
  return column(dtype, out);
}

function onlyBits(col: Column): boolean {
  return !(col.values instanceof BigInt64Array) && (col.values as Float64Array).every((x) => x === 0 || x === 1);
}

function hintFor(col: Column, type: ScalarType): string {
  if (col.dtype !== 'float64' || col.nullable || (type !== 'integer' && type !== 'long')) return '';
  const values = col.values as Float64Array;
  const missing = values.some((x) => x !== x), whole = values.every((x) => x !== x || Number.isInteger(x));
  return missing && whole ? ' Its only values that are no integers are missing ones: declare the column as double where values may be missing.' : '';
}

function castDatetime(name: string, col: Column): Column {
  if (col.tz !== undefined) return refuse(name, col, 'datetime', ' Datetimes must have no time zone.');
  if (isDatetime(col.dtype)) {
    const from = col.dtype;
    return column('datetime64[ns]', BigInt64Array.from(col.values as BigInt64Array, (v) => convertUnit(v, from, 'ns') ?? refuse(name, col, 'datetime', ' A date is outside 1677 to 2262.')));
  }
  if (col.dtype !== 'object') return refuse(name, col, 'datetime');
  return column('datetime64[ns]', BigInt64Array.from(col.values as Value[], (v) => momentOf(v) ?? refuse(name, col, 'datetime', ` A cell of type ${kindOf(v)} is no date.`)));
}

/** One cell as pandas' astype('datetime64[ns]') reads it: dates, numbers as nanoseconds, ISO text. */
function momentOf(value: Value): bigint | undefined {
  if (value === null || value instanceof Missing || value === '' || (typeof value === 'string' && /^(?:NaT|nat|NAT|nan|NaN|NAN)$/.test(value))) return NAT;
  if (typeof value === 'number') return value !== value ? NAT : fitNs(BigInt(Number.isFinite(value) ? Math.trunc(value) : 2 ** 64));
  if (typeof value === 'bigint') return fitNs(value);
  if (value instanceof DateTime) return value.kind === 'time' || value.offset !== null ? undefined : fitNs(value.ns);
  if (value instanceof Scalar) {
    if (isDatetime(value.dtype)) return convertUnit(value.value as bigint, value.dtype, 'ns');
    if (isInteger(value.dtype)) return fitNs(BigInt(value.value as bigint | number));
    return isFloat(value.dtype) ? momentOf(value.value as number) : undefined;
  }
  if (typeof value !== 'string') return undefined;
  const text = /^\d{4}$/.test(value) ? `${value}-01-01` : value, moment = parseIso(text);
  return moment === undefined || moment.offset !== null ? undefined : fitNs(moment.ns);
}

/** Cells that pandas left as objects. MLflow takes any of them as boolean, and what pandas.to_numeric reads as double. */
function castObjects(name: string, col: Column, type: ScalarType): Column {
  if (type === 'boolean') return col;
  if (type !== 'double') return refuse(name, col, type);
  const numbers = (col.values as Value[]).map((value) => {
    const number = numericOf(value);
    return number === undefined ? refuse(name, col, type, ` A cell of type ${kindOf(value)} is no number.`) : number;
  });
  // Nothing but integers stays integers there, and so does nothing at all.
  if (numbers.length === 0) return column('int64', new Float64Array(0));
  if (numbers.every((v) => typeof v === 'bigint')) return inferColumn(numbers);
  return column('float64', Float64Array.from(numbers, (v) => (v === null ? NaN : Number(v))));
}

/** A cell as pandas.to_numeric reads it: null is missing, undefined refused. */
function numericOf(value: Value): bigint | number | null | undefined {
  if (value === null || (value instanceof Missing && value.kind === 'NA')) return null;
  if (typeof value === 'number') return value !== value ? null : value;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (value instanceof Decimal) return numericText(value.text, true);
  if (typeof value === 'string') return value === '' ? null : numericText(value, false);
  if (value instanceof Scalar) return isInteger(value.dtype) ? BigInt(value.value as bigint | number) : isFloat(value.dtype) || value.dtype === 'bool' ? Number(value.value) : undefined;
  // pandas counts whatever has the length zero as missing.
  if (Array.isArray(value)) return value.length === 0 ? null : undefined;
  if (value instanceof Map) return value.size === 0 ? null : undefined;
  if (value instanceof Uint8Array) return value.length === 0 ? null : numericText(String.fromCharCode(...value.subarray(0, 400)), false);
  return undefined;
}

function numericText(text: string, decimal: boolean): bigint | number | null | undefined {
  const plain = text.trim();
  if (/^[+-]?\d+$/.test(plain)) return decimal ? Number(plain) : BigInt(plain.replace('+', ''));
  if (/_|nan$/i.test(plain)) return decimal ? null : undefined;
  return pythonFloat(plain);
}

/** True when a cell is missing in MLflow's sense: None, NaN, NaT, NA. */
export function isNoneOrNan(value: Value): boolean {
  if (value === null || value instanceof Missing) return true;
  if (typeof value === 'number') return value !== value;
  return value instanceof Scalar && value.dtype === 'float64' && value.value !== value.value;
}

/** True when any row of a column is missing. */
export function hasMissing(col: Column): boolean {
  if (col.dtype === 'object') return (col.values as Value[]).some(isNoneOrNan);
  for (let i = 0; i < col.length; i++) if (isMissing(col, i)) return true;
  return false;
}
