/**
 * Casts of pandas 1.5 columns: `Series.astype` as read_json and read_csv use it.
 * @module
 */
import { type Column, column, type Storage } from '../data/column.ts';
import { type DType, type IntegerDType, isComplex, isDatetime, isFloat, isInteger } from '../data/dtype.ts';
import { castStorage } from '../data/numpy-cast.ts';
import { storeItems, truthOf } from '../data/numpy-item.ts';
import { pythonInt } from '../data/python-number.ts';
import { pythonStr } from '../data/python-text.ts';
import { valueAt, valuesOf } from '../data/value-at.ts';
import { Missing, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';
import { cellsOf, isNull } from './v1-cells.ts';
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
  if (isInteger(dtype) && isFloat(col.dtype) && (col.values as Float64Array).some((v) => !Number.isFinite(v))) return undefined;
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

/** Object cells to float64 as `pd.to_numeric` or `astype(float64)` read them; undefined when one is no number. */
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
