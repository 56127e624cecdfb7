/**
 * Casts of pandas 1.5 columns: `Series.astype` as read_json and read_csv use it.
 * @module
 */
import { type Column, column } from '../data/column.ts';
import { parseIso } from '../data/datetime.ts';
import { type DType, isComplex, isDatetime, isFloat, isInteger, NAT } from '../data/dtype.ts';
import { inferColumn } from '../data/infer-column.ts';
import { castStorage } from '../data/numpy-cast.ts';
import { storeItems, truthOf } from '../data/numpy-item.ts';
import { pythonStr } from '../data/python-text.ts';
import { valueAt, valuesOf } from '../data/value-at.ts';
import { DateTime, Missing, type Value } from '../data/values.ts';
import { ModelError } from '../errors/model-error.ts';

/** A column as pandas 1.5 holds it: text is dtype object there. */
export function asPandas15(col: Column): Column {
  return col.dtype === 'str' ? column('object', (col.values as (string | null)[]).slice() as Value[]) : col;
}

/** pandas 1.5's inference of a list of values. */
export function inferColumn15(values: readonly Value[]): Column {
  return asPandas15(inferColumn(values));
}

/** True for None, NaN, NaT, NA. */
export function isNull(value: Value | undefined): boolean {
  return value === null || value === undefined || value !== value || value instanceof Missing;
}

/** Cells as Python values, with None kept in object columns. */
export function cellsOf(col: Column): Value[] {
  return col.dtype === 'object' ? (col.values as Value[]) : valuesOf(col);
}

/**
 * `column.astype(dtype)`; undefined where pandas raises (read_json then keeps the column as it was). Out-of-range integers
 * wrap and fractions are cut, as C casts do.
 */
export function castColumn(col: Column, dtype: DType): Column | undefined {
  if (col.dtype === dtype) return col;
  if (dtype === 'object') return column('object', valuesOf(col));
  if (dtype === 'str' || dtype === 'bytes') return column('object', cellsOf(col).map(pythonStr));
  if (dtype === 'bool') return column('bool', Uint8Array.from({ length: col.length }, (_, i) => Number(truth(col, i))));
  if (isDatetime(dtype)) return datetimes(col);
  if (isComplex(dtype) && !isFloat(col.dtype) && !isInteger(col.dtype)) return undefined;
  if (isInteger(dtype) && isFloat(col.dtype) && (col.values as Float64Array).some((v) => !Number.isFinite(v))) return undefined;
  try {
    return column(dtype, col.dtype === 'object' ? storeItems(col.values as Value[], dtype) : castStorage(col.dtype, col.values, dtype));
  } catch (error) {
    if (ModelError.isInstance(error)) return undefined;
    throw error;
  }
}

function truth(col: Column, i: number): boolean {
  return col.dtype === 'object' ? truthOf(col.values[i] as Value) : truthOf(valueAt(col, i));
}

/** Text to datetime64[ns] one by one; numbers are nanoseconds. Undefined when a cell is no date. */
export function datetimes(col: Column): Column | undefined {
  const out = new BigInt64Array(col.length);
  for (const [i, cell] of cellsOf(col).entries()) {
    const ns = nanoseconds(cell);
    if (ns === undefined) return undefined;
    out[i] = ns;
  }
  return column('datetime64[ns]', out);
}

function nanoseconds(cell: Value): bigint | undefined {
  if (isNull(cell)) return NAT;
  if (typeof cell === 'boolean') return cell ? 1n : 0n;
  if (typeof cell === 'bigint') return BigInt.asIntN(64, cell);
  if (typeof cell === 'number') return Number.isFinite(cell) ? BigInt(Math.trunc(cell)) : undefined;
  if (cell instanceof DateTime) return cell.ns - BigInt(cell.offset ?? 0) * 1_000_000_000n;
  if (typeof cell !== 'string') return undefined;
  const moment = parseIso(cell.trim());
  return moment && moment.ns - BigInt(moment.offset ?? 0) * 1_000_000_000n;
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
