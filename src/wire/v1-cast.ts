/**
 * Casts of pandas 1.5 columns: `Series.astype` as read_json and read_csv use it.
 * @module
 */
import { type Column, column, type Storage } from '../data/column.ts';
import { convertUnit } from '../data/datetime.ts';
import { type DType, type IntegerDType, isComplex, isDatetime, isFloat, isInteger, type TimeUnit } from '../data/dtype.ts';
import { numpyArray } from '../data/numpy-array.ts';
import { castStorage } from '../data/numpy-cast.ts';
import { kindOf, storeItems, truthOf } from '../data/numpy-item.ts';
import { pythonFloat, pythonInt } from '../data/python-number.ts';
import { pythonStr } from '../data/python-text.ts';
import type { Tensor } from '../data/tensor.ts';
import { valueAt, valuesOf } from '../data/value-at.ts';
import { Missing, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { cellsOf, inferColumn15, isNull } from './v1-cells.ts';
import { datetimes } from './v1-dates.ts';

/**
 * `column.astype(dtype)`; undefined where pandas raises (read_json then keeps the column as it was). Out-of-range integers
 * wrap and fractions are cut, as C casts do.
 */
export function castColumn(col: Column, dtype: DType): Column | undefined {
  if (col.dtype === dtype) return col;
  if (dtype === 'object') return column('object', valuesOf(col));
  if (dtype === 'str' || dtype === 'bytes') return column('object', cellsOf(col).map(pythonStr));
  if (dtype === 'bool') return column('bool', Uint8Array.from({ length: col.length }, (_, i) => Number(truth(col, i))));
  if (isDatetime(dtype)) return dates(col);
  if (isComplex(dtype) && !isFloat(col.dtype) && !isInteger(col.dtype)) return undefined;
  if (isInteger(dtype) && isFloat(col.dtype) && (col.values as Float64Array).some((v) => !Number.isFinite(v) || (v < 0 && dtype.startsWith('u')))) return undefined;
  try {
    return column(dtype, col.dtype === 'object' ? storeItems15(col.values as Value[], dtype) : castStorage(col.dtype, col.values, dtype));
  } catch (error) {
    if (ModelError.isInstance(error)) return undefined;
    throw error;
  }
}

function dates(col: Column): Column | undefined {
  if (col.dtype === 'object') return datetimes(col);
  return isInteger(col.dtype) || isDatetime(col.dtype) || isFloat(col.dtype) || col.dtype === 'bool' ? column('datetime64[ns]', castStorage(col.dtype, col.values, 'datetime64[ns]')) : undefined;
}

function truth(col: Column, i: number): boolean {
  return col.dtype === 'object' ? truthOf(col.values[i] as Value) : truthOf(valueAt(col, i));
}

/**
 * `numpy.array(values, dtype)` of numpy 1.23, element by element: integers wrap into the dtype where a C long holds them.
 * @throws ModelError VALUE_NOT_CONVERTIBLE
 */
export function storeItems15(values: readonly Value[], dtype: DType): Storage {
  return storeItems(isInteger(dtype) ? values.map((value) => wrapped(value, dtype)) : values, dtype);
}

function wrapped(value: Value, dtype: IntegerDType): Value {
  const whole = typeof value === 'bigint' ? value : typeof value === 'string' ? pythonInt(value) : typeof value === 'number' && Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined;
  const unsigned = dtype.startsWith('u'), bits = Number(/\d+/.exec(dtype)?.[0]);
  if (whole === undefined || whole < -(2n ** 63n) || whole >= 2n ** (unsigned && bits >= 32 ? 64n : 63n)) return value;
  return unsigned ? BigInt.asUintN(bits, whole) : BigInt.asIntN(bits, whole);
}

/** `numpy.array(value, dtype)` of numpy 1.23; `datetime64` without a unit takes it from the texts, and becomes nanoseconds in a frame. */
export function numpyArray15(value: Value, dtype: DType | 'datetime64' | undefined): Tensor {
  if (dtype === 'datetime64') return dateArray(value);
  return numpyArray(dtype !== undefined && isInteger(dtype) ? mapItems(value, (item) => wrapped(item, dtype)) : value, dtype);
}

function mapItems(value: Value, map: (item: Value) => Value): Value {
  return Array.isArray(value) ? value.map((item) => mapItems(item, map)) : map(value);
}

const DATE_PARTS: readonly TimeUnit[] = ['Y', 'M', 'D', 'h', 'm', 's', 'ms', 'us', 'ns'];
const DATE_TEXT = /^\s*[+-]?\d+(-\d\d(-\d\d([T ]\d\d(:\d\d(:\d\d(?:\.(\d+))?)?)?)?)?)?/;

function dateArray(value: Value): Tensor {
  let parts = -1;
  mapItems(value, (item) => {
    const match = typeof item === 'string' ? DATE_TEXT.exec(item) : null;
    if (match) parts = Math.max(parts, match.slice(1, 6).filter((part) => part !== undefined).length + Math.min(3, Math.ceil((match[6]?.length ?? 0) / 3)));
    return item;
  });
  const unit = DATE_PARTS[parts];
  const refuse = (item: Value): never => { throw new ModelError('VALUE_NOT_CONVERTIBLE', { from: kindOf(item), to: 'datetime64', reason: 'without a date in the text there is no unit, or it does not fit' }); };
  if (unit === undefined) return refuse(value);
  return numpyArray(mapItems(value, (item) => {
    if (typeof item === 'number') return refuse(item);
    const [count = null] = storeItems([item], `datetime64[${unit}]`) as BigInt64Array;
    return count === null ? null : (convertUnit(count, `datetime64[${unit}]`, 'ns') ?? refuse(item));
  }), 'datetime64[ns]');
}

/** Object cells as `pd.to_numeric` reads them: whole numbers where all are, what is empty is NaN; undefined when one is no number. */
export function parsedNumbers(col: Column): Column | undefined {
  const numbers = cellsOf(col).map((cell) => {
    if (isNull(cell) || cell === '' || (Array.isArray(cell) && cell.length === 0) || (cell instanceof Map && cell.size === 0)) return NaN;
    if (typeof cell === 'boolean') return BigInt(cell);
    if (typeof cell === 'string') return /_|nan/i.test(cell) ? undefined : (pythonInt(cell) ?? pythonFloat(cell));
    return typeof cell === 'bigint' || typeof cell === 'number' ? cell : undefined;
  });
  if (numbers.includes(undefined)) return undefined;
  const found = inferColumn15(numbers as (number | bigint)[]);
  return found.dtype === 'object' ? castColumn(found, 'float64') : found;
}

/** Object cells to float64 as `astype(float64)` reads them; undefined when one is no number. */
export function toNumeric(col: Column): Column | undefined {
  if (col.dtype !== 'object') return castColumn(col, 'float64');
  const cells = col.values as Value[];
  if (cells.some((cell) => cell !== null && typeof cell === 'object' && !(cell instanceof Missing))) return undefined;
  return castColumn(column('object', cells.map((cell) => (isNull(cell) ? NaN : cell))), 'float64');
}

/** The column where null cells of an object column are NaN; a column of nulls only becomes float64. */
export function fillMissing(col: Column): Column {
  if (col.dtype !== 'object') return col;
  const cells = col.values as Value[];
  if (!cells.some(isNull)) return col;
  if (cells.every(isNull)) return column('float64', new Float64Array(cells.length).fill(NaN));
  return column('object', cells.map((cell) => (isNull(cell) ? NaN : cell)));
}
