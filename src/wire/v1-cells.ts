/**
 * Columns and cells as pandas 1.5 holds them.
 * @module
 */
import { type Column, column } from '../data/column.ts';
import { inferColumn } from '../data/infer-column.ts';
import { valuesOf } from '../data/value-at.ts';
import { Missing, type Value } from '../data/values.ts';

/** A column as pandas 1.5 holds it: text and bytes are dtype object there. */
export function asPandas15(col: Column): Column {
  if (col.dtype === 'bytes') return column('object', valuesOf(col));
  return col.dtype === 'str' ? column('object', (col.values as (string | null)[]).slice() as Value[]) : col;
}

/** pandas 1.5's inference of a list of values. */
export function inferColumn15(values: readonly Value[]): Column {
  return widened(asPandas15(inferColumn(values)));
}

/** Integers of 64 bits with missing ones between them are floats, signed beside unsigned ones too. */
export function widened(col: Column): Column {
  if (col.dtype !== 'object') return col;
  const cells = col.values as Value[];
  const fits = cells.every((cell) => isNull(cell) || (typeof cell === 'bigint' && cell >= -(2n ** 63n) && cell < 2n ** 64n));
  if (!fits || !cells.includes(null) || cells.some((cell) => cell !== cell) || cells.every(isNull)) return col;
  return column('float64', Float64Array.from(cells, (cell) => (isNull(cell) ? NaN : Number(cell))));
}

/** True for None, NaN, NaT, NA. */
export function isNull(value: Value | undefined): boolean {
  return value === null || value === undefined || value !== value || value instanceof Missing;
}

/** Cells as Python values, with None kept in object columns. */
export function cellsOf(col: Column): Value[] {
  return col.dtype === 'object' ? (col.values as Value[]) : valuesOf(col);
}
