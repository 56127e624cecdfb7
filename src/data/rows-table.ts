/**
 * A table of numbers that came row by row.
 * @module
 */
import { allocate, type Column } from './column.ts';
import { type Label, Table } from './table.ts';

/** Element types that a double holds. */
export type NumberDType = 'float64' | 'float32' | 'int64' | 'int32' | 'bool';

/**
 * A table whose numbers stand row after row, as requests bring them and forests take them; its columns are made when first asked for.
 *
 * @example
 * ```ts
 * new RowsTable(['x', 'n'], ['float64', 'int64'], new Float64Array([0.5, 1, 1.5, 2])).columns[1]; // int64: 1, 2
 * ```
 */
export class RowsTable extends Table {
  readonly dtypes: readonly NumberDType[];
  /** `length` × `dtypes.length` numbers, each a value of its column's dtype; NaN is missing in a float column. */
  readonly values: Float64Array;

  constructor(names: readonly Label[], dtypes: readonly NumberDType[], values: Float64Array) {
    super(names, null, values.length / dtypes.length);
    this.dtypes = dtypes;
    this.values = values;
  }

  override get columns(): readonly Column[] {
    const columns = this.dtypes.map((dtype, j) => columnAt(dtype, this.values, j, this.dtypes.length, this.length));
    Object.defineProperty(this, 'columns', { value: columns, enumerable: true });
    return columns;
  }
}

/** Every `step`-th number from `first` on as a column. */
export function columnAt(dtype: NumberDType, from: Float64Array, first: number, step: number, length: number): Column {
  const values = allocate(dtype, length) as Float64Array;
  for (let i = 0, at = first; i < length; i++, at += step) values[i] = from[at] as number;
  return { dtype, length, values, validity: null };
}
